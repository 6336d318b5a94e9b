#include "sim/persona_policy.hpp"

#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/text.hpp"

namespace epki::sim {
namespace {

constexpr std::int64_t all_flags = 0xfffff;  // the knob is 20 bits wide (AT reference, 2)

template <class Enum>
using Words = std::span<const std::pair<std::string_view, Enum>>;

constexpr std::pair<std::string_view, Anchors> anchors_words[] = {
    {"unverified", Anchors::unverified},
    {"uploaded", Anchors::uploaded},
    {"built-in", Anchors::built_in},
    {"union", Anchors::union_of_both},
    {"built-in-when-nothing-uploaded", Anchors::built_in_when_nothing_uploaded}};
constexpr std::pair<std::string_view, Hostname> hostname_words[] = {{"checked", Hostname::checked},
                                                                    {"unchecked", Hostname::unchecked},
                                                                    {"checked-with-sni", Hostname::checked_with_sni}};
constexpr std::pair<std::string_view, Validity> validity_words[] = {
    {"checked", Validity::checked}, {"unchecked", Validity::unchecked}, {"by-knob", Validity::by_knob}};
constexpr std::pair<std::string_view, Signature> signature_words[] = {{"checked", Signature::checked},
                                                                      {"unchecked", Signature::unchecked}};
constexpr std::pair<std::string_view, Eku> eku_words[] = {{"checked", Eku::checked}, {"unchecked", Eku::unchecked}};
constexpr std::pair<std::string_view, CaAttributes> attribute_words[] = {{"required", CaAttributes::required},
                                                                         {"by-knob", CaAttributes::by_knob},
                                                                         {"not-required", CaAttributes::not_required}};
constexpr std::pair<std::string_view, SelfSignedUpload> self_signed_words[] = {{"accepted", SelfSignedUpload::accepted},
                                                                               {"refused", SelfSignedUpload::refused}};
constexpr std::pair<std::string_view, Decided> decided_words[] = {
    {"in-handshake", Decided::in_handshake}, {"after-handshake", Decided::after_handshake}, {"never", Decided::never}};

/// True when the key holds "unknown": nothing more is to be read of it.
bool is_unknown(TomlReader& table, std::string_view key) {
  if (!table.holds_text(key)) return false;
  std::string value;
  return table.text(key, value) && value == "unknown";
}

template <class Enum, std::size_t N>
void word(TomlReader& table, std::string_view key, Enum& into, const std::pair<std::string_view, Enum> (&words)[N]) {
  if (!is_unknown(table, key)) table.word<Enum>(key, into, Words<Enum>(words));
}

std::optional<std::uint32_t> hex_mask(std::string_view text) {
  if (!lower(text).starts_with("0x") || text.size() < 3 || text.size() > 10) return std::nullopt;
  std::uint32_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 2, end, value, 16);
  if (read.ec != std::errc{} || read.ptr != end || value > all_flags) return std::nullopt;
  return value;
}

void read_knob(TomlReader& table, std::string_view key, KnobEffect& into) {
  if (is_unknown(table, key)) return;
  if (!table.holds_text(key)) {
    std::int64_t mask = 0;
    if (table.integer(key, mask, 0, all_flags)) into = {KnobEffect::Kind::mask, static_cast<std::uint32_t>(mask)};
    return;
  }
  std::string value;
  table.text(key, value);
  if (value == "no-effect") {
    into = {};
  } else if (value == "trusts-any") {
    into = {KnobEffect::Kind::trusts_any, 0};
  } else if (const auto mask = hex_mask(value)) {
    into = {KnobEffect::Kind::mask, *mask};
  } else {
    table.complain(key, std::string(key) + " = \"" + value + "\" is not an effect of a knob",
                   "use \"no-effect\", \"trusts-any\", or a mask of verify flags up to 0xfffff");
  }
}

}  // namespace

void read_policy(TomlReader table, TrustPolicy& into) {
  word(table, "anchors", into.anchors, anchors_words);
  word(table, "hostname", into.hostname, hostname_words);
  word(table, "validity", into.validity, validity_words);
  word(table, "signature", into.signature, signature_words);
  word(table, "eku", into.eku, eku_words);
  word(table, "ca_attributes", into.ca_attributes, attribute_words);
  word(table, "self_signed_upload", into.self_signed_upload, self_signed_words);
  word(table, "decided", into.decided, decided_words);
  if (!is_unknown(table, "max_intermediates")) table.integer("max_intermediates", into.max_intermediates, 0, 100);
  auto knobs = table.table("knobs");
  read_knob(knobs, "ignorecertitem", into.ignorecertitem);
  read_knob(knobs, "ignoreinvalidcertsign", into.ignoreinvalidcertsign);
  read_knob(knobs, "ignoremulticertchainverify", into.ignoremulticertchainverify);
}

}  // namespace epki::sim
