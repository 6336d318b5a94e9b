#pragma once
#include <string>

namespace epki::oracle {

/// The name of one of Botan's certificate status codes, as in its pkix_enums.h; the number for one we do not know.
std::string status_name(int code);

/// Botan numbers its codes in bands: below 500 remarks, below 1000 warnings, from 1000 on errors.
constexpr bool is_error(int code) {
  return code >= 1000;
}
constexpr bool is_warning(int code) {
  return code >= 500 && code < 1000;
}

}  // namespace epki::oracle
