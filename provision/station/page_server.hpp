#pragma once
// The operator's page: HTTP on loopback, server-sent events, no outside resources. It knows tiles and nothing of
// modems.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/cancel.hpp"
#include "core/result.hpp"
#include "provision/station/line.hpp"

namespace epki::station {

/// Where the page is served and who may see it.
struct PagePlace {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: a free one
  /// Names by which the page may be called beside the address itself and localhost; others are refused, so that a
  /// foreign name that resolves to this machine (DNS rebinding) reaches nothing.
  std::vector<std::string> names{};
  std::string certificate_file{}, key_file{};  ///< PEM; needed beyond loopback
  std::string token;                           ///< made at each start; the address printed for the operator carries it
};

class PageServer {
 public:
  /// Binds and serves in threads of its own until destroyed. Errc::network when the address cannot be bound or the
  /// certificate not be read, Errc::usage for an address beyond loopback without a certificate. `line` and `records`
  /// must outlive it.
  static Result<PageServer> start(const PagePlace& place, Line& line, Records& records);
  PageServer(PageServer&&) noexcept;
  PageServer& operator=(PageServer&&) noexcept;
  ~PageServer();

  std::uint16_t port() const;
  std::string address() const;  ///< "http://127.0.0.1:8080/?token=…": for the operator's browser

 private:
  struct Impl;
  explicit PageServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::station
