#pragma once
// The two packets of MQTT that a knock at the broker's door takes. For this room's own files.

#include <optional>
#include <string>
#include <string_view>

namespace epki::doctor {

/// A CONNECT packet without user name and password (MQTT 3.1.1, 3.1). `client_id` has at most 100 bytes.
std::string mqtt_hello(std::string_view client_id);

/// The return code of a CONNACK (3.2.2.3); nothing when the bytes are none.
std::optional<int> connack_code(std::string_view reply);
std::string connack_words(int code);

}  // namespace epki::doctor
