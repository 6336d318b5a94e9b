#include "verify/infer/stack.hpp"

#include <algorithm>
#include <array>

#include "verify/infer/base.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

namespace {

constexpr std::array<std::string_view, 4> names{"mbedTLS", "OpenSSL", "GnuTLS", "wolfSSL"};

// What each of them was measured to answer (trust probing, 3 and 4); any: not compared.
constexpr int accepts = 0, closes = -1, any = -2;
struct Row {
  Shown shown;
  int depth;
  std::array<int, names.size()> answers;
};
constexpr std::array<Row, 8> rows{{
    {Shown::unknown, 0, {48, 48, 42, 48}},
    {Shown::badsig, 0, {48, 51, 42, 42}},
    {Shown::expired, 0, {45, 45, 42, 45}},
    {Shown::not_yet, 0, {46, 42, 42, 45}},
    {Shown::eku_client, 0, {43, 43, 42, 42}},
    {Shown::usage_certsign, 0, {43, 43, 80, 42}},
    {Shown::own_deep, 9, {49, accepts, accepts, 48}},
    {Shown::keyless, 0, {51, 51, 51, closes}},
}};

/// The settled answer in the table's words; nothing where there is none. The settings may be loosened: an alert that
/// still comes is the same.
std::optional<std::pair<int, Reading>> answer(const Evidence& evidence, const Base& base, const Row& row) {
  for (const auto& attempt : evidence.attempts) {
    const bool keyless = row.shown == Shown::keyless;
    if (attempt.shown != row.shown || attempt.bound != (keyless ? Bound{} : base.bound)) continue;
    if (row.shown == Shown::own_deep && attempt.depth != row.depth) continue;
    auto reading = read(evidence, attempt);
    if (reading.is(Outcome::refused)) return std::pair{reading.alert.value_or(any), std::move(reading)};
    if (reading.is(Outcome::closed)) return std::pair{closes, std::move(reading)};
    if (row.shown == Shown::own_deep && reading.is(Outcome::accepted)) return std::pair{accepts, std::move(reading)};
  }
  return std::nullopt;
}

}  // namespace

Stack recognise(const Evidence& evidence) {
  const auto base = base_of(evidence);
  std::array<bool, names.size()> fits{};
  fits.fill(true);
  Stack stack;
  int compared = 0;
  for (const auto& row : rows) {
    const auto seen = answer(evidence, base, row);
    if (!seen) continue;
    ++compared;
    bool excludes = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (row.answers[i] == any || row.answers[i] == seen->first) continue;
      fits[i] = false;
      excludes = true;
    }
    if (excludes) stack.shown_by.push_back(seen->second.words);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (fits[i] && compared > 0) stack.possible.emplace_back(names[i]);
  }
  if (stack.possible.size() == 1) stack.name = stack.possible.front();
  return stack;
}

Json Stack::json() const {
  return Json::object({{"name", name}, {"possible", Json::array_of(possible)}, {"shown_by", Json::array_of(shown_by)}});
}

}  // namespace epki::infer
