#include "sim/front/upload.hpp"

namespace epki::sim {

Upload::Step Upload::feed(std::string_view bytes) {
  constexpr std::string_view escape = "+++";
  Step step;
  for (const char c : bytes) {
    content_ += c;
    ++step.taken;
    // Anywhere in the data, also in the middle of a certificate: the escape ends the transfer.
    if (content_.ends_with(escape)) {
      content_.resize(content_.size() - escape.size());
      step.done = true;
      return step;
    }
    if (acknowledge_ && content_.size() % 1024 == 0) ++step.acks;
    if (content_.size() == size_) {
      step.done = true;
      return step;
    }
  }
  return step;
}

}  // namespace epki::sim
