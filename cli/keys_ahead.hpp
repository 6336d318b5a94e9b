#pragma once
// Device keys made before they are asked for: an RSA key takes tenths of a second, a line of many boards must not wait
// for each. They are in memory only.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/result.hpp"
#include "pki/ossl/key.hpp"

namespace epki::cli {

class KeysAhead {
 public:
  /// Keeps up to `ahead` keys of this type ready, in a thread of its own. EC keys are made when they are asked for:
  /// that is no slower. 0: all are.
  KeysAhead(ossl::KeyType type, std::size_t ahead);

  /// One that is ready, else one made now. Safe from many threads.
  Result<ossl::PrivateKey> next();
  std::size_t ready() const;

 private:
  void make(const std::stop_token& stop);

  ossl::KeyType type_;
  std::size_t ahead_;
  mutable std::mutex mutex_;
  std::condition_variable_any taken_;
  std::deque<ossl::PrivateKey> ready_;
  std::jthread maker_;
};

}  // namespace epki::cli
