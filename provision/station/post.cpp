#include <httplib.h>

#include "provision/station/outbox.hpp"

namespace epki::station {

namespace {

struct Place {
  std::string origin, path;
};

// "https://mes.example:8443/a/b" -> {"https://mes.example:8443", "/a/b"}
Place place_of(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  if (slash == std::string::npos) return {url, "/"};
  return {url.substr(0, slash), url.substr(slash)};
}

}  // namespace

Deliver post_to(const std::string& url, std::chrono::seconds timeout) {
  return [place = place_of(url), timeout](const std::string& key, const std::string& json) -> Status {
    httplib::Client client(place.origin);
    client.set_connection_timeout(timeout);
    client.set_read_timeout(timeout);
    client.set_write_timeout(timeout);
    const auto answer = client.Post(place.path.c_str(), {{"Idempotency-Key", key}}, json, "application/json");
    const std::string where = place.origin + place.path;
    if (!answer)
      return Error{Errc::network, where + " took no result: " + httplib::to_string(answer.error()),
                   "the result is kept and sent again"};
    if (answer->status >= 200 && answer->status < 300) return success();
    return Error{Errc::network, where + " answered " + std::to_string(answer->status),
                 "the result is kept and sent again"};
  };
}

}  // namespace epki::station
