#include "core/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace epki {

namespace {
using Library = nlohmann::ordered_json;
constexpr int max_depth = 100;
const Json null_value;
}  // namespace

struct JsonBridge {
  /// Writes as the library does, without a copy of the whole document as a value of the library first: a line's result
  /// is some megabytes, and is wanted at the moment when the last board is done.
  class Writer {
   public:
    explicit Writer(int indent) : indent_(indent) {}
    void write(const Json& value) {
      std::visit([this](const auto& held) { put(held); }, value.value_);
    }
    std::string take() { return std::move(text_); }

   private:
    // What needs the library's knowledge of escapes, UTF-8 and numbers is left to it.
    void put_by_library(const Library& value) {
      text_ += value.dump(-1, ' ', false, Library::error_handler_t::replace);
    }
    void put(std::monostate) { text_ += "null"; }
    void put(bool v) { text_ += v ? "true" : "false"; }
    void put(std::int64_t v) { text_ += std::to_string(v); }
    void put(double v) { put_by_library(v); }
    void put(const std::string& v) {
      const bool plain = std::ranges::all_of(v, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
      if (!plain) return put_by_library(v);
      text_ += '"';
      text_ += v;
      text_ += '"';
    }
    void put(const std::vector<Json>& v) {
      put_all('[', v, ']', [this](const Json& item) { write(item); });
    }
    void put(const std::vector<Json::Member>& v) {
      put_all('{', v, '}', [this](const Json::Member& member) {
        put(member.first);
        text_ += indent_ < 0 ? ":" : ": ";
        write(member.second);
      });
    }
    template <class All, class Put>
    void put_all(char open, const All& all, char close, Put put_one) {
      text_ += open;
      if (all.empty()) return void(text_ += close);
      ++depth_;
      bool first = true;
      for (const auto& one : all) {
        if (!std::exchange(first, false)) text_ += ',';
        new_line();
        put_one(one);
      }
      --depth_;
      new_line();
      text_ += close;
    }
    void new_line() {
      if (indent_ < 0) return;
      text_ += '\n';
      text_.append(depth_ * static_cast<std::size_t>(indent_), ' ');
    }

    int indent_;
    std::size_t depth_ = 0;
    std::string text_{};
  };

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
  JsonBridge::Writer writer(indent);
  writer.write(*this);
  return writer.take();
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
