#include "core/json.hpp"

#include <nlohmann/json.hpp>

namespace epki {

namespace {
using Library = nlohmann::ordered_json;
constexpr int max_depth = 100;
const Json null_value;
}  // namespace

struct JsonBridge {
  static Library out(const Json& value) {
    struct Convert {
      Library operator()(std::monostate) const { return nullptr; }
      Library operator()(bool v) const { return v; }
      Library operator()(std::int64_t v) const { return v; }
      Library operator()(double v) const { return v; }
      Library operator()(const std::string& v) const { return v; }
      Library operator()(const std::vector<Json>& v) const {
        Library all = Library::array();
        all.get_ref<Library::array_t&>().reserve(v.size());
        for (const auto& item : v) all.push_back(out(item));
        return all;
      }
      Library operator()(const std::vector<Json::Member>& v) const {
        Library all = Library::object();
        all.get_ref<Library::object_t&>().reserve(v.size());  // growing would copy every key
        for (const auto& [key, item] : v) all[key] = out(item);
        return all;
      }
    };
    return std::visit(Convert{}, value.value_);
  }

  static Json in(const Library& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array()) {
      Json all = Json::array();
      for (const auto& item : value) all.push(in(item));
      return all;
    }
    if (value.is_object()) {
      Json all = Json::object();
      for (const auto& [key, item] : value.items()) all.set(key, in(item));
      return all;
    }
    return {};
  }
};

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = std::vector<Member>{};
  auto& members = std::get<std::vector<Member>>(value_);
  for (auto& [name, old] : members) {
    if (name == key) {
      old = std::move(value);
      return *this;
    }
  }
  members.emplace_back(std::string(key), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = std::vector<Json>{};
  std::get<std::vector<Json>>(value_).push_back(std::move(value));
  return *this;
}

const Json& Json::operator[](std::string_view key) const {
  for (const auto& [name, value] : members())
    if (name == key) return value;
  return null_value;
}

const Json& Json::operator[](std::size_t index) const {
  return index < items().size() ? items()[index] : null_value;
}

bool Json::has(std::string_view key) const {
  for (const auto& member : members())
    if (member.first == key) return true;
  return false;
}

std::size_t Json::size() const {
  return items().size() + members().size();
}

const std::vector<Json>& Json::items() const {
  static const std::vector<Json> none;
  const auto* all = std::get_if<std::vector<Json>>(&value_);
  return all != nullptr ? *all : none;
}

const std::vector<Json::Member>& Json::members() const {
  static const std::vector<Member> none;
  const auto* all = std::get_if<std::vector<Member>>(&value_);
  return all != nullptr ? *all : none;
}

std::optional<std::string> Json::text() const {
  const auto* v = std::get_if<std::string>(&value_);
  return v != nullptr ? std::optional(*v) : std::nullopt;
}

std::optional<std::int64_t> Json::integer() const {
  const auto* v = std::get_if<std::int64_t>(&value_);
  return v != nullptr ? std::optional(*v) : std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto whole = integer()) return static_cast<double>(*whole);
  const auto* v = std::get_if<double>(&value_);
  return v != nullptr ? std::optional(*v) : std::nullopt;
}

std::optional<bool> Json::boolean() const {
  const auto* v = std::get_if<bool>(&value_);
  return v != nullptr ? std::optional(*v) : std::nullopt;
}

std::string Json::dump(int indent) const {
  return JsonBridge::out(*this).dump(indent, ' ', false, Library::error_handler_t::replace);
}

Result<Json> Json::parse(std::string_view text) {
  if (text.size() > (64U << 20U)) return Error{Errc::input, "the JSON text is larger than 64 MiB"};
  bool too_deep = false;
  const auto depth_guard = [&](int depth, Library::parse_event_t, Library&) {
    too_deep = too_deep || depth > max_depth;
    return !too_deep;
  };
  try {
    const Library parsed = Library::parse(text, depth_guard);
    if (too_deep) return Error{Errc::input, "the JSON text is nested more than 100 deep"};
    return JsonBridge::in(parsed);
  } catch (const Library::exception& e) {  // the only place the library may throw
    return Error{Errc::input, std::string("not valid JSON: ") + e.what()};
  }
}

Json error_json(const Error& error) {
  return Json::object({{"code", word(error.code)}, {"what", error.what}, {"hint", next_step(error)}});
}

}  // namespace epki
