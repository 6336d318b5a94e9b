#include "verify/probe/case_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "core/toml.hpp"
#include "verify/probe/embedded_cases.hpp"

namespace epki::probe {

namespace {

constexpr std::array<std::pair<std::string_view, Mark>, 3> marks{
    {{"control", Mark::control}, {"evidence", Mark::evidence}, {"fingerprint", Mark::fingerprint}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> verdicts{{{"accept", true}, {"reject", false}}};

void read_optional(TomlReader& table, std::string_view key, std::optional<std::string>& into) {
  std::string value;
  if (table.text(key, value)) into = value;
}

void read_optional(TomlReader& table, std::string_view key, std::optional<std::int64_t>& into) {
  std::int64_t days = 0;
  if (table.integer(key, days, -36500, 36500)) into = days;
}

void read_recipe(TomlReader table, CertificateRecipe& into) {
  table.text("key", into.key);
  table.boolean("forged", into.forged);
  table.boolean("self_signed", into.self_signed);
  std::vector<std::string> names;
  if (table.texts("names", names)) into.names = names;
  read_optional(table, "common_name", into.common_name);
  table.boolean("critical_names", into.critical_names);
  table.boolean("names_twice", into.names_twice);
  read_optional(table, "from_days", into.from_days);
  read_optional(table, "to_days", into.to_days);
  read_optional(table, "basic_constraints", into.basic_constraints);
  read_optional(table, "key_usage", into.key_usage);
  read_optional(table, "extended_key_usage", into.extended_key_usage);
  read_optional(table, "name_constraints", into.name_constraints);
  table.boolean("critical_constraints", into.critical_constraints);
  table.boolean("critical_unknown", into.critical_unknown);
  table.boolean("subject_key_id", into.subject_key_id);
  table.text("authority_key_id", into.authority_key_id);
  table.text("digest", into.digest);
  std::int64_t version = into.version;
  if (table.integer("version", version, 1, 3)) into.version = static_cast<int>(version);
}

void require(TomlReader& file, std::string_view key, std::string& into) {
  if (!file.text(key, into) || into.empty()) file.complain(key, std::string(key) + " is missing");
}

}  // namespace

Result<CaseFile> parse_case(std::string_view text, std::string_view id) {
  auto file = TomlReader::parse(text, std::string(id) + ".toml");
  if (!file) return std::move(file).error();
  CaseFile made;
  made.id = id;
  require(*file, "presented", made.presented);
  require(*file, "defect", made.defect);
  require(*file, "because", made.because);
  if (!file->word<Mark>("mark", made.mark, marks)) file->complain("mark", "mark is missing");
  file->text("shows", made.shows);
  for (const auto& [key, into] :
       {std::pair{"openssl", &made.openssl}, {"mbedtls", &made.mbedtls}, {"botan", &made.botan}}) {
    if (!file->word<bool>(key, *into, verdicts)) file->complain(key, std::string(key) + " is missing");
  }
  file->text("root", made.root);
  file->text("bind", made.bind);
  file->texts("order", made.order);
  if (file->has("bound")) read_recipe(file->table("bound"), made.bound.emplace());
  for (auto& table : file->tables("intermediate")) read_recipe(table, made.intermediates.emplace_back());
  read_recipe(file->table("leaf"), made.leaf);
  if (auto read = file->finish(); !read) return std::move(read).error();
  return made;
}

Result<const std::vector<CaseFile>*> case_files() {
  static const auto all = []() -> Result<std::vector<CaseFile>> {
    std::vector<CaseFile> read;
    for (const auto& [id, text] : embedded_cases()) {
      auto one = parse_case(text, id);
      if (!one) return std::move(one).error();
      read.push_back(std::move(*one));
    }
    return read;
  }();
  if (!all) return Error{Errc::internal, "a trust case of this build cannot be read: " + all.error().what};
  return &*all;
}

Result<const CaseFile*> case_file(std::string_view id) {
  auto all = case_files();
  if (!all) return std::move(all).error();
  const auto found = std::find_if((*all)->begin(), (*all)->end(), [&](const CaseFile& one) { return one.id == id; });
  if (found != (*all)->end()) return &*found;
  std::vector<std::string_view> ids;
  for (const auto& one : **all) ids.push_back(one.id);
  const auto meant = nearest(id, ids);
  return Error{Errc::input, "there is no trust case \"" + std::string(id) + "\"",
               meant.empty() ? "" : "did you mean " + std::string(meant) + "?"};
}

}  // namespace epki::probe
