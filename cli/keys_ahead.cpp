#include "cli/keys_ahead.hpp"

namespace epki::cli {

namespace {

bool takes_long(ossl::KeyType type) {
  return type == ossl::KeyType::rsa_2048 || type == ossl::KeyType::rsa_3072 || type == ossl::KeyType::rsa_4096;
}

}  // namespace

KeysAhead::KeysAhead(ossl::KeyType type, std::size_t ahead) : type_(type), ahead_(takes_long(type) ? ahead : 0) {
  if (ahead_ > 0) maker_ = std::jthread([this](const std::stop_token& stop) { make(stop); });
}

void KeysAhead::make(const std::stop_token& stop) {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (!taken_.wait(lock, stop, [this] { return ready_.size() < ahead_; })) return;
    }
    auto key = ossl::PrivateKey::generate(type_);
    if (!key) return;  // whoever asks makes one himself, and hears why that fails
    const std::lock_guard guard(mutex_);
    ready_.push_back(*std::move(key));
  }
}

Result<ossl::PrivateKey> KeysAhead::next() {
  {
    const std::lock_guard guard(mutex_);
    if (!ready_.empty()) {
      auto key = std::move(ready_.front());
      ready_.pop_front();
      taken_.notify_one();
      return key;
    }
  }
  return ossl::PrivateKey::generate(type_);
}

std::size_t KeysAhead::ready() const {
  const std::lock_guard guard(mutex_);
  return ready_.size();
}

}  // namespace epki::cli
