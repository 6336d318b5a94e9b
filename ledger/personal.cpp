#include "ledger/personal.hpp"

#include <array>
#include <cstddef>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {

std::string token_from(std::string_view salt, std::string_view name) {
  return "p-" + ossl::sha256_hex(as_bytes(std::string(salt) + "\n" + std::string(name)));
}

Result<std::string> token_of(Database& database, RandomSource& random, std::string_view name) {
  if (name.empty()) return std::string{};
  Statement known(database, "SELECT token FROM personal WHERE name = ?");
  const auto found = known.bind(1, name).next();
  if (!found) return found.error();
  if (*found) return known.text(0);
  std::array<std::byte, 16> salt{};
  random.fill(salt);
  const auto salt_text = to_hex(salt);
  const auto token = token_from(salt_text, name);
  Statement insert(database, "INSERT INTO personal (token, salt, name) VALUES (?, ?, ?)");
  if (auto done = insert.bind(1, token).bind(2, salt_text).bind(3, name).done(); !done) return std::move(done).error();
  return token;
}

Result<std::string> Names::name_of(const std::string& token) {
  if (token.empty()) return std::string{};
  if (const auto found = known_.find(token); found != known_.end()) return found->second;
  Statement row(database_, "SELECT name FROM personal WHERE token = ?");
  const auto found = row.bind(1, token).next();
  if (!found) return found.error();
  auto name = *found ? row.text(0) : std::string{};
  if (name.empty()) name = redacted_name;
  return known_.emplace(token, std::move(name)).first->second;
}

Result<Json> Names::with_people(Json detail) {
  if (!detail["people"].is_array()) return detail;
  Json people = Json::array();
  for (const auto& token : detail["people"].items()) {
    auto name = name_of(token.text_or(""));
    if (!name) return std::move(name).error();
    people.push(std::move(*name));
  }
  detail.set("people", std::move(people));
  return detail;
}

Status check_names(Database& database) {
  Statement rows(database, "SELECT token, salt, name FROM personal WHERE name <> ''");
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return success();
    if (token_from(rows.text(1), rows.text(2)) != rows.text(0))
      return Error{Errc::ledger,
                   database.name() + " was changed: the name " + rows.text(2) + " is not the one recorded",
                   "compare with a backup"};
  }
}

}  // namespace epki::ledger
