#include "core/toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "core/file.hpp"
#include "core/text.hpp"

namespace epki {

namespace {

struct Complaint {
  std::uint32_t line, column;
  std::string what, hint;
};

}  // namespace

struct TomlReader::Node {
  const toml::table* table = nullptr;  // null: an absent table
  std::string path;                    // "broker." for messages
  std::set<std::string, std::less<>> known;
};

struct TomlReader::Document {
  std::string name;
  std::string page = "docs/configuration.md";
  toml::table root;
  std::vector<Complaint> complaints;
  std::vector<std::shared_ptr<Node>> nodes;

  void complain(const toml::source_region& where, std::string_view what, std::string_view hint) {
    complaints.push_back({where.begin.line, where.begin.column, std::string(what), std::string(hint)});
  }
  std::string place(const toml::source_region& where) const {
    return name + ":" + std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column);
  }
};

TomlReader::TomlReader(std::shared_ptr<Document> document, std::shared_ptr<Node> node)
    : document_(std::move(document)), node_(std::move(node)) {
  document_->nodes.push_back(node_);
}

Result<TomlReader> TomlReader::read(const std::filesystem::path& path) {
  auto text = read_file(path, 4U << 20U);
  if (!text) return std::move(text).error();
  return parse(*text, path.string());
}

Result<TomlReader> TomlReader::parse(std::string_view text, std::string_view name) {
  auto document = std::make_shared<Document>();
  document->name = name;
  try {
    document->root = toml::parse(text, name);
  } catch (const toml::parse_error& e) {  // the only place toml++ may throw
    return Error{Errc::input, document->place(e.source()) + ": " + std::string(e.description()), "mend that line"};
  }
  auto node = std::make_shared<Node>();
  node->table = &document->root;
  return TomlReader(document, node);
}

namespace {
template <class Value, class NodePtr>
std::optional<Value> exact(NodePtr node) {
  return node->template value_exact<Value>();
}
}  // namespace

// Finds the key, marks it as known, and hands the node to `take`, which says whether it fits.
#define EPKI_FIND(key)                                                       \
  node_->known.emplace(key);                                                 \
  const toml::node* found = node_->table ? node_->table->get(key) : nullptr; \
  if (found == nullptr) return false

bool TomlReader::text(std::string_view key, std::string& into) {
  EPKI_FIND(key);
  const auto value = exact<std::string>(found);
  if (!value) {
    complain(key, node_->path + std::string(key) + " must be a text in quotes");
    return false;
  }
  into = *value;
  return true;
}

bool TomlReader::integer(std::string_view key, std::int64_t& into, std::int64_t least, std::int64_t most) {
  EPKI_FIND(key);
  const auto value = exact<std::int64_t>(found);
  if (!value) {
    complain(key, node_->path + std::string(key) + " must be a whole number");
    return false;
  }
  if (*value < least || *value > most) {
    complain(key, node_->path + std::string(key) + " = " + std::to_string(*value) + " is out of range",
             "use " + std::to_string(least) + " to " + std::to_string(most));
    return false;
  }
  into = *value;
  return true;
}

bool TomlReader::real(std::string_view key, double& into, double least, double most) {
  EPKI_FIND(key);
  const auto value = found->value<double>();
  if (!value || found->is_boolean() || *value < least || *value > most) {
    complain(key, node_->path + std::string(key) + " must be a number from " + std::to_string(least) + " to " +
                      std::to_string(most));
    return false;
  }
  into = *value;
  return true;
}

bool TomlReader::boolean(std::string_view key, bool& into) {
  EPKI_FIND(key);
  const auto value = exact<bool>(found);
  if (!value) {
    complain(key, node_->path + std::string(key) + " must be true or false, without quotes");
    return false;
  }
  into = *value;
  return true;
}

bool TomlReader::texts(std::string_view key, std::vector<std::string>& into) {
  EPKI_FIND(key);
  const auto* list = found->as_array();
  std::vector<std::string> all;
  if (list != nullptr) {
    for (const auto& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value) {
        list = nullptr;
        break;
      }
      all.push_back(*value);
    }
  }
  if (list == nullptr) {
    complain(key, node_->path + std::string(key) + " must be a list of texts, [\"a\", \"b\"]");
    return false;
  }
  into = std::move(all);
  return true;
}

bool TomlReader::integers(std::string_view key, std::vector<std::int64_t>& into) {
  EPKI_FIND(key);
  const auto* list = found->as_array();
  std::vector<std::int64_t> all;
  if (list != nullptr) {
    for (const auto& item : *list) {
      const auto value = item.value_exact<std::int64_t>();
      if (!value) {
        list = nullptr;
        break;
      }
      all.push_back(*value);
    }
  }
  if (list == nullptr) {
    complain(key, node_->path + std::string(key) + " must be a list of whole numbers, [1, 2]");
    return false;
  }
  into = std::move(all);
  return true;
}

#undef EPKI_FIND

std::size_t TomlReader::chosen_word(std::string_view key, std::span<const std::string_view> words) {
  std::string value;
  if (!text(key, value)) return words.size();
  const auto at = std::find(words.begin(), words.end(), value);
  if (at == words.end()) {
    std::string list;
    for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
    complain(key, node_->path + std::string(key) + " = \"" + value + "\" is not a word it knows",
             "use one of: " + list);
  }
  return static_cast<std::size_t>(at - words.begin());
}

bool TomlReader::has(std::string_view key) const {
  return node_->table != nullptr && node_->table->contains(key);
}

bool TomlReader::holds_text(std::string_view key) const {
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  return found != nullptr && found->is_string();
}

bool TomlReader::holds_list(std::string_view key) const {
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  return found != nullptr && found->is_array();
}

std::vector<std::string> TomlReader::keys() const {
  std::vector<std::pair<std::pair<std::uint32_t, std::uint32_t>, std::string>> placed;
  if (node_->table != nullptr)
    for (const auto& [key, value] : *node_->table)
      placed.push_back({{key.source().begin.line, key.source().begin.column}, std::string(key.str())});
  std::sort(placed.begin(), placed.end());
  std::vector<std::string> names;
  names.reserve(placed.size());
  for (auto& entry : placed) names.push_back(std::move(entry.second));
  return names;
}

TomlReader TomlReader::table(std::string_view key) {
  node_->known.emplace(key);
  auto node = std::make_shared<Node>();
  node->path = node_->path + std::string(key) + ".";
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  if (found != nullptr) {
    node->table = found->as_table();
    if (node->table == nullptr)
      complain(key, node_->path + std::string(key) + " must be a table, [" + std::string(key) + "]");
  }
  return {document_, node};
}

std::vector<TomlReader> TomlReader::tables(std::string_view key) {
  node_->known.emplace(key);
  std::vector<TomlReader> all;
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  if (found == nullptr) return all;
  const auto* list = found->as_array();
  if (list == nullptr || !std::all_of(list->begin(), list->end(), [](const toml::node& n) { return n.is_table(); })) {
    complain(key, node_->path + std::string(key) + " must be a list of tables, [[" + std::string(key) + "]]");
    return all;
  }
  all.reserve(list->size());
  for (const auto& item : *list) {
    auto node = std::make_shared<Node>();
    node->path = node_->path + std::string(key) + ".";
    node->table = item.as_table();
    all.push_back(TomlReader(document_, node));
  }
  return all;
}

Status TomlReader::format(std::int64_t known, std::string_view what) {
  std::int64_t found = known;
  integer("format", found);
  if (found == known) return success();
  const auto wanted = std::to_string(known);
  return Error{Errc::input,
               place("format") + ": this " + std::string(what) + " has format " + std::to_string(found) +
                   ", and this program knows " + wanted,
               found > known ? "use the newer ec200u-pki it was written for" : "write format = " + wanted};
}

void TomlReader::complain(std::string_view key, std::string_view what, std::string_view hint) {
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  const auto& where = found != nullptr          ? found->source()
                      : node_->table != nullptr ? node_->table->source()
                                                : document_->root.source();
  document_->complain(where, what, hint);
}

std::string TomlReader::place(std::string_view key) const {
  const toml::node* found = node_->table != nullptr ? node_->table->get(key) : nullptr;
  if (found != nullptr) return document_->place(found->source());
  return document_->place(node_->table != nullptr ? node_->table->source() : document_->root.source());
}

void TomlReader::documented_in(std::string_view page) {
  document_->page = page;
}

Status TomlReader::finish() {
  for (const auto& node : document_->nodes) {
    if (node->table == nullptr) continue;
    const std::vector<std::string_view> known(node->known.begin(), node->known.end());
    for (const auto& [key, value] : *node->table) {
      if (node->known.contains(key.str())) continue;
      const auto meant = nearest(key.str(), known);
      document_->complain(key.source(), "no such setting: " + node->path + std::string(key.str()),
                          meant.empty() ? "see " + document_->page : "did you mean " + std::string(meant) + "?");
    }
  }
  auto& all = document_->complaints;
  if (all.empty()) return success();
  const auto& first = *std::min_element(all.begin(), all.end(), [](const Complaint& a, const Complaint& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return Error{
      Errc::input,
      document_->name + ":" + std::to_string(first.line) + ":" + std::to_string(first.column) + ": " + first.what,
      first.hint};
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace epki
