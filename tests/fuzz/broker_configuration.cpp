#include "pki/lint/mosquitto.hpp"
#include "pki/ossl/cipher_list.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void broker_configuration(std::string_view bytes) {
  const auto file = lint::read_mosquitto_file(bytes);
  if (!file) return;
  for (const auto& listener : file->listeners)
    if (listener.ciphers) (void)ossl::expand_cipher_list(*listener.ciphers);
}

}  // namespace epki::fuzz
