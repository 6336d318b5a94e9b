#include <algorithm>

#include "core/text.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/replies.hpp"

namespace epki::ec200u {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Registration from_number(int stat) {
  switch (stat) {
    case 0: return Registration::not_searching;
    case 1: return Registration::home;
    case 2: return Registration::searching;
    case 3: return Registration::denied;
    case 5: return Registration::roaming;
    default: return Registration::unknown;
  }
}

}  // namespace

Identity parse_identity(Lines lines) {
  constexpr std::string_view revision = "Revision:";
  std::vector<std::string> words;
  std::size_t before_revision = 0;
  Identity identity;
  for (const std::string& line : lines) {
    const auto text = trimmed(line);
    if (text.starts_with('+')) continue;  // an unsolicited line nobody has listed yet
    if (text.starts_with(revision)) {
      identity.firmware = std::string(trimmed(text.substr(revision.size())));
      before_revision = words.size();
    } else {
      words.emplace_back(text);
    }
  }
  // Such a line may also come without a sign of its own, before the reply: maker and model are the two before the
  // revision.
  const std::size_t first = before_revision > 2 ? before_revision - 2 : 0;
  if (first < words.size()) identity.manufacturer = words[first];
  if (first + 1 < words.size()) identity.model = words[first + 1];
  return identity;
}

std::optional<std::string> parse_imei(Lines lines) {
  for (const std::string& line : lines) {
    auto text = trimmed(line);
    if (text.starts_with("+CGSN:")) text = trimmed(text.substr(6));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (text.size() >= 14 && text.size() <= 17 && all_digits(text)) return std::string(text);
  }
  return std::nullopt;
}

std::optional<std::string> parse_iccid(Lines lines) {
  for (const std::string& line : lines) {
    auto text = trimmed(line);
    if (text.starts_with("+QCCID:")) text = trimmed(text.substr(7));
    // 19 or 20 digits; an odd count is padded with F.
    const auto digits = text.substr(0, text.find_last_not_of("Ff") + 1);
    if (text.size() >= 18 && text.size() <= 22 && all_digits(digits)) return std::string(text);
  }
  return std::nullopt;
}

std::optional<Registration> parse_registration(Lines lines, std::string_view tag) {
  for (const std::string& line : lines) {
    const auto fields = parse_fields(line, tag);
    if (!fields || fields->size() < 2) continue;
    if (const auto stat = (*fields)[1].number(); stat && (*fields)[0].number()) return from_number(*stat);
  }
  return std::nullopt;
}

Registration merged(std::optional<Registration> eps, std::optional<Registration> circuit) {
  // In this order whichever of the two says more decides. One network that denies us is not the last word while the
  // other is still being tried.
  for (const Registration r : {Registration::home, Registration::roaming, Registration::searching, Registration::denied,
                               Registration::not_searching})
    if (eps == r || circuit == r) return r;
  return Registration::unknown;
}

Result<PacketContext> parse_packet_context(std::string_view line) {
  const auto fields = parse_fields(line, "+QIACT:");
  if (!fields || fields->size() < 2) return not_understood("reading the packet contexts", line);
  const auto id = (*fields)[0].number();
  const auto state = (*fields)[1].number();
  if (!id || !state) return not_understood("reading the packet contexts", line);
  PacketContext context{*id, *state == 1, {}};
  if (fields->size() > 3) context.address = (*fields)[3].text;
  return context;
}

std::optional<DnsServers> parse_dns_servers(std::string_view line, int pdp) {
  const auto fields = parse_fields(line, "+QIDNSCFG:");
  if (!fields || fields->size() < 2 || (*fields)[0].number() != pdp) return std::nullopt;
  return DnsServers{(*fields)[1].text, fields->size() > 2 ? (*fields)[2].text : std::string()};
}

std::optional<NameLine> parse_name_line(std::string_view line) {
  const auto fields = parse_fields(line, "+QIURC:");
  if (!fields || fields->size() < 2 || (*fields)[0].text != "dnsgip") return std::nullopt;
  const Field& second = (*fields)[1];
  NameLine name;
  if (second.quoted) {
    name.address = second.text;
    return name;
  }
  const auto code = second.number();
  if (!code) return std::nullopt;
  if (*code != 0) {
    name.error = *code;
    return name;
  }
  if (fields->size() < 3) return std::nullopt;
  name.count = (*fields)[2].number();
  if (!name.count) return std::nullopt;
  return name;
}

}  // namespace epki::ec200u
