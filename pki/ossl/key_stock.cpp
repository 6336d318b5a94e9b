#include "pki/ossl/key_stock.hpp"

#include <algorithm>
#include <utility>

namespace epki::ossl {

KeyStock::KeyStock(KeyType type, std::size_t most)
    : type_(type), most_(most), maker_([this](const std::stop_token& stop) { make(stop); }) {}

// An error ends it without a word: whoever finds no key here makes one himself, and hears why that fails.
void KeyStock::make(const std::stop_token& stop) {
  auto maker = KeyMaker::make(type_);
  while (maker && !stop.stop_requested()) {
    {
      const std::lock_guard guard(mutex_);
      if (made_ >= most_) return;
      ++made_;
    }
    auto key = maker->next();
    if (!key) return;
    const std::lock_guard guard(mutex_);
    keys_.push_back(*std::move(key));
  }
}

std::optional<FreshKey> KeyStock::take() {
  const std::lock_guard guard(mutex_);
  if (keys_.empty()) return std::nullopt;
  auto key = std::move(keys_.front());
  keys_.pop_front();
  return key;
}

void KeyStock::limit(std::size_t most) {
  const std::lock_guard guard(mutex_);
  most_ = std::min(most_, most);
}

}  // namespace epki::ossl
