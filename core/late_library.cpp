#include "core/late_library.hpp"

#include <dlfcn.h>

namespace epki {

// Never unloaded: what it made may live in threads that end after main() does.
LateLibrary::LateLibrary(const char* file) : file_(file), handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ != nullptr) return;
  const char* said = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it for each thread
  failure_ = said != nullptr ? said : file;
}

void* LateLibrary::address_of(const char* name) {
  if (handle_ == nullptr) return nullptr;
  void* address = ::dlsym(handle_, name);
  if (address == nullptr) failure_ = std::string(file_) + " has no " + name;
  return address;
}

}  // namespace epki
