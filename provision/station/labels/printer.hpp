#pragma once
// Where a label goes.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "provision/station/labels/label.hpp"

namespace epki::labels {

/// file:DIR writes NAME.svg, NAME.png and NAME.zpl there; cups:QUEUE hands the PNG to lp(1); raw:HOST[:PORT] sends the
/// ZPL to a printer's port (9100 unless said), raw:PATH to a device file.
struct Destination {
  enum class Kind : std::uint8_t { file, cups, raw_network, raw_device };
  Kind kind = Kind::file;
  std::string where;  ///< folder, queue, host or path
  std::uint16_t port = 9100;
};

/// Errc::usage for anything else.
Result<Destination> parse_destination(std::string_view text);

/// `name` becomes the file's name; what cannot stand in one is replaced by "_". A label of that name is replaced: the
/// newest counts. Returns where it went, for people. Errc::disk, Errc::network (printer not reachable), or Errc::input
/// (lp is not installed, or the template has no ZPL). Blocks until `by` at most.
Result<std::string> print(const Label& label, std::string_view name, const Destination& to, int dpi, Deadline by,
                          const Cancel& cancel);

}  // namespace epki::labels
