#pragma once
// Who else has a serial port open, as far as /proc shows it to us.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace epki::transport {

struct Holder {
  pid_t pid = 0;
  std::string program;
};

/// Another process that has the device open. Nothing when there is none or this account may not see it.
std::optional<Holder> find_holder(dev_t device);

/// True when a process of that name runs (names are public even where descriptors are not).
bool program_runs(const std::string& name);

/// "… is in use by ModemManager (process 812)", with the remedy.
Error port_in_use(const std::string& path, const std::optional<Holder>& holder, bool modem_manager_runs);

}  // namespace epki::transport
