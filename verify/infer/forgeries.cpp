#include "verify/infer/forgeries.hpp"

#include "verify/infer/base.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

std::vector<std::string> untried_forgeries(const Evidence& evidence) {
  const auto base = base_of(evidence);
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(forgeries.size()); ++i) {
    const auto probe = on(base, Shown::forgery, {}, i);
    if (!answer_to(evidence, probe).settled()) names.push_back(probe_name(probe));
  }
  return names;
}

}  // namespace epki::infer
