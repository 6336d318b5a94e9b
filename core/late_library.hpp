#pragma once
// A shared library that is loaded when it is first needed, so that the commands that do not need it, some of which hold
// a CA's key, neither load it nor the libraries behind it: docs/decisions/0012-libraries-when-needed.md.

#include <string>

namespace epki {

class LateLibrary {
 public:
  /// Loads it from where the system's loader finds it, and keeps it for the life of the process. Blocks on the disk.
  explicit LateLibrary(const char* file);

  /// Sets `function` to the library's own of that name; null when there is none, which failure() says then.
  template <class Function>
  void find(const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(address_of(name));
  }

  /// Why it cannot be used; empty when everything that was asked for is there.
  const std::string& failure() const { return failure_; }

 private:
  void* address_of(const char* name);

  const char* file_;
  void* handle_;
  std::string failure_{};
};

}  // namespace epki
