// The one place of the validator library, and of the JSON library that it wants: both are slow to compile.

#include "tests/program/json_schema.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/file.hpp"

namespace epki::test {

namespace {

using Library = nlohmann::json;

std::filesystem::path schema_file(const std::string& name) {
  return std::filesystem::path(EPKI_SOURCE_DIR) / "schemas" / name;
}

// A reference into another schema becomes one into this document, whose definitions are taken over.
void take_in(Library& node, Library& definitions) {
  if (node.is_object()) {
    const auto reference = node.find("$ref");
    if (reference != node.end() && !reference->get<std::string>().starts_with("#")) {
      const auto whole = reference->get<std::string>();
      const auto hash = whole.find('#');
      if (const auto text = read_file(schema_file(whole.substr(0, hash)))) {
        auto other = Library::parse(*text);
        for (auto& [name, definition] : other["definitions"].items())
          if (!definitions.contains(name)) definitions[name] = definition;
      }
      *reference = whole.substr(hash);
    }
    for (auto& [key, value] : node.items())
      if (key != "definitions") take_in(value, definitions);
  } else if (node.is_array()) {
    for (auto& item : node) take_in(item, definitions);
  }
}

// "Adding is free" for those who read our documents, and a drift for us: every object holds what is described only.
void close(Library& node) {
  if (node.is_object()) {
    if (node.contains("properties") && node.contains("type") && !node.contains("additionalProperties"))
      node["additionalProperties"] = false;
    for (auto& [key, value] : node.items()) close(value);
  } else if (node.is_array()) {
    for (auto& item : node) close(item);
  }
}

std::unique_ptr<valijson::Schema> compiled(std::string_view text) {
  auto document = Library::parse(text);
  auto definitions = document.contains("definitions") ? document["definitions"] : Library::object();
  take_in(document, definitions);
  if (!definitions.empty()) {
    for (auto& [name, definition] : definitions.items()) take_in(definition, definitions);
    document["definitions"] = definitions;
  }
  close(document);
  auto schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  parser.populateSchema(adapter, *schema);
  return schema;
}

std::vector<std::string> validated(const valijson::Schema& schema, const Library& document) {
  valijson::Validator validator;
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  std::vector<std::string> faults;
  if (validator.validate(schema, adapter, &results)) return faults;
  for (const auto& fault : results) {
    std::string place;
    for (const auto& step : fault.context) place += step;
    faults.push_back(place + ": " + fault.description);
  }
  return faults;
}

}  // namespace

std::vector<std::string> faults_against(std::string_view schema, std::string_view document) {
  try {
    return validated(*compiled(schema), Library::parse(document));
  } catch (const std::exception& e) {
    return {e.what()};
  }
}

std::vector<std::string> document_faults(std::string_view document) {
  static std::map<std::string, std::unique_ptr<valijson::Schema>> known;
  try {
    const auto value = Library::parse(document);
    const auto id = value.value("schema", "");
    if (!id.starts_with("ec200u-pki/") || !id.ends_with("/1")) return {"the schema is named \"" + id + "\""};
    const auto command = id.substr(11, id.size() - 13);
    if (!known.contains(command)) {
      const auto file = schema_file(command + ".schema.json");
      const auto text = read_file(file);
      if (!text) return {"schemas/" + file.filename().string() + " is missing: write it (docs/json.md says how)"};
      known[command] = compiled(*text);
    }
    return validated(*known[command], value);
  } catch (const std::exception& e) {
    return {e.what()};
  }
}

}  // namespace epki::test
