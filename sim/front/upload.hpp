#pragma once
// The data phase of AT+QFUPL as a value: fed with bytes, it says what the modem does.

#include <cstdint>
#include <string>
#include <string_view>

namespace epki::sim {

class Upload {
 public:
  Upload(std::size_t size, bool acknowledge) : size_(size), acknowledge_(acknowledge) {}

  struct Step {
    std::size_t taken = 0;  ///< bytes that belong to the upload; the rest are commands again
    std::size_t acks = 0;   ///< an `A` is due after each 1024 bytes
    bool done = false;      ///< all bytes are there, or the host wrote +++
  };
  Step feed(std::string_view bytes);
  const std::string& content() const { return content_; }
  bool complete() const { return content_.size() == size_; }

 private:
  std::size_t size_;
  bool acknowledge_;
  std::string content_;
};

}  // namespace epki::sim
