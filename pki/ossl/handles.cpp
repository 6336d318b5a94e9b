#include "pki/ossl/handles.hpp"

#include <array>
#include <limits>

namespace epki::ossl {

Error take_error(Errc code, std::string what, std::string hint) {
  Error error{code, std::move(what), std::move(hint)};
  while (const unsigned long entry = ERR_get_error()) {
    std::array<char, 256> text{};
    ERR_error_string_n(entry, text.data(), text.size());
    error.trail.emplace_back(text.data());
  }
  return error;
}

namespace {

std::string reason_of(unsigned long entry) {
  const char* reason = ERR_reason_error_string(entry);
  return reason == nullptr ? std::string() : std::string(reason);
}

}  // namespace

std::string first_reason() {
  return reason_of(ERR_peek_error());
}

std::string newest_reason() {
  return reason_of(ERR_peek_last_error());
}

BioHandle reading(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
  // A null pointer with length 0 would be refused; an empty text is simply at its end.
  return BioHandle(BIO_new_mem_buf(bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size())));
}

std::string_view content_of(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view();
}

}  // namespace epki::ossl
