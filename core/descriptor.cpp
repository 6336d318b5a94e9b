#include "core/descriptor.hpp"

#include <unistd.h>

namespace epki {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace epki
