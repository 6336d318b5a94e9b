#pragma once
// New key pairs made while others prepare what will certify them: the processors that would wait make them meanwhile.

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "pki/ossl/fresh_key.hpp"

namespace epki::ossl {

/// In memory only; what nobody takes is wiped. Its end waits for the key that is being made: microseconds for EC, up to
/// seconds for RSA.
class KeyStock {
 public:
  /// Begins to make up to `most` keys of this type, in a thread of its own.
  KeyStock(KeyType type, std::size_t most);
  KeyStock(const KeyStock&) = delete;
  KeyStock& operator=(const KeyStock&) = delete;

  /// One that is made, if there is one. Safe from many threads; does not wait for one.
  std::optional<FreshKey> take();

  /// In all, no more than so many are made.
  void limit(std::size_t most);

 private:
  void make(const std::stop_token& stop);

  KeyType type_;
  std::mutex mutex_{};
  std::size_t most_, made_ = 0;
  std::deque<FreshKey> keys_{};
  std::jthread maker_;  ///< last: it uses all the others
};

}  // namespace epki::ossl
