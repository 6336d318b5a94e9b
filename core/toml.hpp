#pragma once
// TOML read the way a person is told about it: every complaint has file:line:column, and a misspelt key is an error,
// because a misspelt `days` must never silently mean "default". The library behind it stays in toml.cpp.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace epki {

/// One table of a TOML file. Read the keys you know, then call finish() on the reader of the whole file: it reports
/// the first complaint in file order (wrong type, out of range, unknown word, unknown key). A reading function leaves
/// `into` alone when the key is absent or wrong, so preset it with the default.
///
///   auto file = TomlReader::read(path);           // syntax errors come out here
///   file->text("name", settings.name);
///   auto broker = file->table("broker");          // an absent table reads as empty
///   broker.integer("port", settings.port, 1, 65535);
///   if (auto read = file->finish(); !read) return std::move(read).error();
class TomlReader {
 public:
  static Result<TomlReader> read(const std::filesystem::path& path);
  /// `name` stands for the file in messages.
  static Result<TomlReader> parse(std::string_view text, std::string_view name);

  bool text(std::string_view key, std::string& into);
  bool integer(std::string_view key, std::int64_t& into, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
               std::int64_t most = std::numeric_limits<std::int64_t>::max());
  bool real(std::string_view key, double& into, double least, double most);
  bool boolean(std::string_view key, bool& into);
  bool texts(std::string_view key, std::vector<std::string>& into);  ///< an array of strings
  bool integers(std::string_view key, std::vector<std::int64_t>& into);

  /// One of the given words; the complaint lists them.
  template <class Enum>
  bool word(std::string_view key, Enum& into, std::span<const std::pair<std::string_view, Enum>> words) {
    std::vector<std::string_view> names;
    for (const auto& entry : words) names.push_back(entry.first);
    const auto chosen = chosen_word(key, names);
    if (chosen >= names.size()) return false;
    into = words[chosen].second;
    return true;
  }

  /// The version of a file's keys, which stands in `format`. Errc::input with its place for another number than
  /// `known`: ask this before anything else, because what such a file lacks or holds cannot be judged. An absent one is
  /// the caller's matter; what is no whole number is a complaint like any other. `what` is the kind of file, "job
  /// file".
  Status format(std::int64_t known, std::string_view what);

  bool has(std::string_view key) const;
  /// What kind of value a key holds, for settings that take more than one. Absent: all false.
  bool holds_text(std::string_view key) const;
  bool holds_list(std::string_view key) const;
  std::vector<std::string> keys() const;  ///< in file order
  TomlReader table(std::string_view key);
  std::vector<TomlReader> tables(std::string_view key);  ///< [[key]]

  /// Complains about `key` (or, when it is absent, about this table): "file:line:column: what".
  void complain(std::string_view key, std::string_view what, std::string_view hint = {});
  /// "file:line:column" of a key, for a later complaint by somebody else.
  std::string place(std::string_view key) const;

  /// The page that explains the keys, for the hint about one that nobody knows. Default: docs/configuration.md.
  void documented_in(std::string_view page);
  /// The first complaint, unknown keys included. Call it once, on the reader of the whole file, after reading all.
  Status finish();

 private:
  struct Document;
  struct Node;
  TomlReader(std::shared_ptr<Document> document, std::shared_ptr<Node> node);
  std::size_t chosen_word(std::string_view key, std::span<const std::string_view> words);
  std::shared_ptr<Document> document_;
  std::shared_ptr<Node> node_;
};

/// A TOML basic string with quotes, escaped (TOML 1.0, "String").
std::string toml_quoted(std::string_view text);

}  // namespace epki
