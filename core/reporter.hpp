#pragma once
// What a long piece of work tells the person waiting. cli prints it to stderr; tests collect it.

#include <cstdint>
#include <string_view>

namespace epki {

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void step(std::string_view sentence) = 0;     ///< shown by default: "uploading cacert_….pem, 1261 bytes"
  virtual void detail(std::string_view sentence) = 0;   ///< shown with -v
  virtual void warning(std::string_view sentence) = 0;  ///< always shown
  /// A bar on a terminal, nothing elsewhere. `total` 0 ends it.
  virtual void progress(std::string_view what, std::uint64_t done, std::uint64_t total) = 0;
};

class SilentReporter final : public Reporter {
 public:
  void step(std::string_view) override {}
  void detail(std::string_view) override {}
  void warning(std::string_view) override {}
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}
};

}  // namespace epki
