#include "cli/issue/name_list.hpp"

#include <algorithm>
#include <functional>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace {

constexpr std::size_t no_column = static_cast<std::size_t>(-1);

std::uint64_t hash_of(const std::string& name) {
  return std::hash<std::string>{}(name);
}

Error twice(const std::string& where, const std::string& name) {
  return Error{Errc::input, where + "\"" + visible(name) + "\" comes twice",
               "each device needs a name of its own: two of one name could not be told apart at the broker"};
}

}  // namespace

Result<NameList> NameList::of_names(const std::vector<std::string>& names, std::chrono::days lifetime,
                                    const Check& check) {
  NameList list;
  list.lifetime_ = lifetime;
  ossl::Sha256 digest;
  for (const auto& name : names) {
    if (auto checked = check(name); !checked) return std::move(checked).error();
    const auto same = [&](const ListedName& other) { return other.name == name; };
    if (std::any_of(list.names_.begin(), list.names_.end(), same)) {
      auto error = twice("", name);
      error.code = Errc::usage;
      return error;
    }
    list.names_.push_back({name, lifetime});
    digest.add(as_bytes(name));
    digest.add(as_bytes("\n"));
  }
  list.size_ = names.size();
  list.sha256_ = digest.hex();
  return list;
}

Result<NameList> NameList::of_csv(const std::filesystem::path& file, std::chrono::days lifetime, const Check& check,
                                  const Cancel& cancel) {
  NameList list;
  list.file_ = file;
  list.lifetime_ = lifetime;
  if (auto begun = list.rewind(); !begun) return std::move(begun).error();
  if (auto looked = list.look_through(check, cancel); !looked) return std::move(looked).error();
  if (list.size_ == 0)
    return Error{Errc::input, file.string() + " names nobody", "write one name a line below the header"};
  if (auto begun = list.rewind(); !begun) return std::move(begun).error();
  return list;
}

Status NameList::rewind() {
  at_ = 0;
  if (file_.empty()) return success();
  auto csv = CsvReader::open(file_);
  if (!csv) return std::move(csv).error();
  csv_ = std::make_unique<CsvReader>(*std::move(csv));
  return read_header();
}

Status NameList::read_header() {
  std::vector<std::string> fields;
  const auto read = csv_->next(fields);
  if (!read) return read.error();
  if (!*read)
    return Error{Errc::input, file_.string() + " is empty", "its first line is the header: name, or name,days"};
  name_column_ = days_column_ = no_column;
  columns_ = fields.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto column = trimmed(fields[i]);
    auto* place = column == "name" ? &name_column_ : column == "days" ? &days_column_ : nullptr;
    if (place == nullptr)
      return Error{Errc::input, csv_->place() + ": no column is called \"" + visible(column) + "\"",
                   "the header is name, or name,days"};
    if (*place != no_column)
      return Error{Errc::input, csv_->place() + ": the column " + std::string(column) + " comes twice"};
    *place = i;
  }
  if (name_column_ == no_column)
    return Error{Errc::input, csv_->place() + ": the column name is missing", "the header is name, or name,days"};
  return success();
}

Result<bool> NameList::read(ListedName& into) {
  std::vector<std::string> fields;
  auto read = csv_->next(fields);
  if (!read || !*read) return read;
  if (fields.size() != columns_)
    return Error{
        Errc::input,
        csv_->place() + ": " + counted(fields.size(), "field") + ", where the header has " + std::to_string(columns_),
        "quote a name that holds a comma"};
  into.name = std::move(fields[name_column_]);
  into.lifetime = lifetime_;
  if (days_column_ == no_column || trimmed(fields[days_column_]).empty()) return true;
  const auto days = parse_integer(trimmed(fields[days_column_]));
  if (!days || *days < 1 || *days > 36500)
    return Error{Errc::input, csv_->place() + ": \"" + visible(fields[days_column_]) + "\" is no number of days",
                 "use 1 to 36500, or leave it empty for the default"};
  into.lifetime = std::chrono::days(*days);
  return true;
}

Status NameList::look_through(const Check& check, const Cancel& cancel) {
  std::vector<std::uint64_t> hashes;
  ListedName row;
  for (;;) {
    if (cancel.requested()) return interrupted();
    const auto more = read(row);
    if (!more) return more.error();
    if (!*more) break;
    if (auto checked = check(row.name); !checked) {
      auto error = std::move(checked).error();
      error.code = Errc::input;
      error.what = csv_->place() + ": " + error.what;
      return error;
    }
    hashes.push_back(hash_of(row.name));
  }
  size_ = hashes.size();
  sha256_ = csv_->sha256();
  std::sort(hashes.begin(), hashes.end());
  for (auto at = std::adjacent_find(hashes.begin(), hashes.end()); at != hashes.end();
       at = std::adjacent_find(at + 1, hashes.end()))
    if (auto named = name_the_duplicate(*at); !named) return named;
  return success();
}

// Two names may share a hash by chance; only names that are equal are refused.
Status NameList::name_the_duplicate(std::uint64_t hash) {
  if (auto begun = rewind(); !begun) return begun;
  std::vector<std::string> seen;
  ListedName row;
  for (;;) {
    const auto more = read(row);
    if (!more) return more.error();
    if (!*more) return success();
    if (hash_of(row.name) != hash) continue;
    if (std::find(seen.begin(), seen.end(), row.name) != seen.end()) return twice(csv_->place() + ": ", row.name);
    seen.push_back(row.name);
  }
}

Status NameList::skip(std::size_t rows) {
  while (rows > 0) {
    const auto passed = next(std::min<std::size_t>(rows, 4096));
    if (!passed) return passed.error();
    if (passed->empty()) return Error{Errc::input, file_.string() + " became shorter", "run the same command again"};
    rows -= passed->size();
  }
  return success();
}

Result<std::vector<ListedName>> NameList::next(std::size_t most) {
  std::vector<ListedName> rows;
  most = std::min(most, size_ - at_);
  rows.reserve(most);
  while (rows.size() < most) {
    if (!csv_) {
      rows.push_back(names_[at_++]);
      continue;
    }
    ListedName row;
    const auto more = read(row);
    if (!more) return more.error();
    if (!*more)
      return Error{Errc::input, file_.string() + " was changed while it was being read", "run the same command again"};
    rows.push_back(std::move(row));
    ++at_;
  }
  return rows;
}

}  // namespace epki::cli
