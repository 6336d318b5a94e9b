#include "provision/station/patience.hpp"

#include <poll.h>

#include "core/poll.hpp"

namespace epki::station {

void wait_until(Deadline by, const Cancel& cancel) {
  while (!cancel.requested() && std::chrono::steady_clock::now() < by) {
    pollfd waiting{cancel.fd(), POLLIN, 0};
    ::poll(&waiting, 1, milliseconds_until(by));
  }
}

}  // namespace epki::station
