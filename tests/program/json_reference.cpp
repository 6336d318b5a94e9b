#include "tests/program/json_reference.hpp"

#include <filesystem>
#include <set>
#include <stdexcept>

#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::test {

namespace {

const std::filesystem::path schemas = std::filesystem::path(EPKI_SOURCE_DIR) / "schemas";

constexpr std::string_view beginning =
    R"(# The JSON of every command

With `--json`, stdout is exactly one document, on failure too. This page is made from the schemas (JSON Schema, draft 7) that the package installs in
`/usr/share/ec200u-pki/schemas/`; a test holds every document of the program against them. The schema is named after the first word of the
command; the second is in `action`.

Every document has `schema` (`ec200u-pki/COMMAND/1`), `ok` (true when the exit code is 0) and, when something failed, `error` with `code`, `what` and
`hint`. The words of `code` are in [exit codes](exit-codes.md). Keys may be added; one that is here is never renamed or removed while the number in the
schema's name stays. A key marked `?` can be absent.

A new command needs `schemas/COMMAND.schema.json`, and `tests/json/COMMAND.run` with command lines that make it print documents. Then
`EPKI_REGOLD=1 ctest --preset dev -R program_documents` writes this page again.
)";

Json schema(const std::string& file) {
  const auto text = read_file(schemas / file);
  if (!text) throw std::runtime_error(text.error().what);
  auto document = Json::parse(*text);
  if (!document) throw std::runtime_error(file + ": " + document.error().what);
  return *document;
}

// A node with its reference followed, and the document it stands in.
struct Node {
  Json value;
  Json root;
};

Node followed(Node node) {
  while (node.value.has("$ref")) {
    const auto reference = node.value["$ref"].text_or("");
    const auto hash = reference.find('#');
    if (hash > 0) node.root = schema(reference.substr(0, hash));
    node.value = node.root["definitions"][reference.substr(reference.rfind('/') + 1)];
  }
  return node;
}

std::string joined(std::string path, const std::string& key) {
  if (!path.empty()) path += '.';
  path += key;
  return path;
}

std::string type_of(const Json& node) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " or ") + word; };
  if (node["type"].is_array())
    for (const auto& type : node["type"].items()) add(type.text_or(""));
  else if (node["type"].text())
    add(*node["type"].text());
  if (node.has("enum")) {
    out.clear();
    for (const auto& word : node["enum"].items()) add(word.is_null() ? "null" : "`" + word.text_or("") + "`");
  }
  return out.empty() ? "any" : out;
}

void rows(const Node& given, const std::string& path, std::string& out);

void row(const Node& given, const std::string& path, bool optional, std::string& out) {
  const auto node = followed(given);
  auto type = type_of(node.value);
  if (node.value["type"].text_or("") == "array") {
    const auto item = followed({node.value["items"], node.root});
    const auto inner = type_of(item.value);
    type = inner == "any" ? "array" : "array of " + inner;
  }
  const auto& said = given.value.has("description") ? given.value["description"] : node.value["description"];
  out += "| `" + path + "`" + (optional ? " ?" : "") + " | " + type + " | " + said.text_or("") + " |\n";
  rows(node, path, out);
}

void rows(const Node& given, const std::string& path, std::string& out) {
  const auto node = followed(given);
  for (const auto& one : node.value["anyOf"].items()) rows({one, node.root}, path, out);
  if (node.value.has("items")) rows({node.value["items"], node.root}, path + "[]", out);
  std::set<std::string> required;
  for (const auto& key : node.value["required"].items()) required.insert(key.text_or(""));
  for (const auto& [key, value] : node.value["properties"].members())
    row({value, node.root}, joined(path, key), !path.empty() && !required.contains(key), out);
}

}  // namespace

std::string json_reference() {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(schemas)) files.insert(entry.path().filename().string());
  std::string out(beginning);
  for (const auto& file : files) {
    const auto document = schema(file);
    const auto command = file.substr(0, file.find('.'));
    std::string keys;
    for (const auto& [key, value] : document["properties"].members())
      if (key != "schema" && key != "ok" && key != "error") row({value, document}, key, false, keys);
    out +=
        "\n## " + command + "\n\n" + document["title"].text_or("") + ". " + document["description"].text_or("") + "\n";
    if (!keys.empty()) out += "\n| key | type | meaning |\n|---|---|---|\n" + keys;
  }
  return out;
}

}  // namespace epki::test
