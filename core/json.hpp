#pragma once
// One JSON document as a value. The library behind it stays in json.cpp.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace epki {

/// Objects keep the order in which keys were set, so that output reads as it was written.
class Json {
 public:
  using Member = std::pair<std::string, Json>;

  Json() = default;  ///< null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<std::int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  template <class T>
  Json(const std::optional<T>& value) : Json(value ? Json(*value) : Json()) {}

  static Json array() { return Json(Value(std::vector<Json>{})); }
  static Json object() { return Json(Value(std::vector<Member>{})); }
  static Json object(std::initializer_list<Member> members) { return Json(Value(std::vector<Member>(members))); }
  template <class Range>
  static Json array_of(const Range& range) {
    Json all = array();
    for (const auto& item : range) all.push(Json(item));
    return all;
  }

  /// Sets a member of an object (null becomes an object). An existing key keeps its place.
  Json& set(std::string_view key, Json value);
  /// Appends to an array (null becomes an array).
  Json& push(Json value);

  bool is_null() const { return value_.index() == 0; }
  bool is_object() const { return std::holds_alternative<std::vector<Member>>(value_); }
  bool is_array() const { return std::holds_alternative<std::vector<Json>>(value_); }

  /// The member, or null when this is no object or has no such key.
  const Json& operator[](std::string_view key) const;
  const Json& operator[](std::size_t index) const;
  bool has(std::string_view key) const;
  std::size_t size() const;  ///< of an array or object, else 0

  const std::vector<Json>& items() const;      ///< empty unless an array
  const std::vector<Member>& members() const;  ///< empty unless an object

  std::optional<std::string> text() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;
  std::string text_or(std::string_view otherwise) const { return text().value_or(std::string(otherwise)); }

  /// UTF-8 text. `indent` < 0 puts it on one line. Bytes that are no UTF-8 come out as U+FFFD.
  std::string dump(int indent = 2) const;

  /// Errc::input with line and column when it does not parse. At most 64 MiB, nested at most 100 deep.
  static Result<Json> parse(std::string_view text);

 private:
  using Value =
      std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<Json>, std::vector<Member>>;
  explicit Json(Value value) : value_(std::move(value)) {}
  Value value_;
  friend struct JsonBridge;
};

/// An error as every document shows it: "code", "what", and as "hint" its next_step().
Json error_json(const Error& error);

}  // namespace epki
