#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"

namespace epki::ec200u {

namespace {

std::optional<std::size_t> size_of(const Field& field) {
  if (field.quoted) return std::nullopt;
  const auto value = parse_integer(field.text);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

std::optional<std::uint16_t> checksum_of(const Field& field) {
  std::uint16_t value = 0;
  const std::string& text = field.text;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (field.quoted || text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

}  // namespace

Result<FileEntry> parse_file_entry(std::string_view line) {
  const auto fields = parse_fields(line, "+QFLST:");
  if (!fields || fields->size() < 2 || !(*fields)[0].quoted) return not_understood("listing the modem's files", line);
  const auto size = size_of((*fields)[1]);
  if (!size) return not_understood("listing the modem's files", line);
  return FileEntry{std::string(without_storage((*fields)[0].text)), *size};
}

Result<Space> parse_space(std::string_view line) {
  auto fields = parse_fields(line, "+QFLDS:");
  if (!fields) fields = parse_fields(line, "");  // one recording shows the two numbers alone
  if (!fields || fields->size() != 2) return not_understood("reading the free space", line);
  const auto free = size_of((*fields)[0]);
  const auto total = size_of((*fields)[1]);
  if (!free || !total) return not_understood("reading the free space", line);
  return Space{*free, *total};
}

Result<UploadReceipt> parse_receipt(std::string_view line, std::string_view tag) {
  const auto fields = parse_fields(line, tag);
  if (!fields || fields->size() != 2) return not_understood("reading the receipt of a transfer", line);
  const auto size = size_of((*fields)[0]);
  const auto checksum = checksum_of((*fields)[1]);
  if (!size || !checksum) return not_understood("reading the receipt of a transfer", line);
  return UploadReceipt{*size, *checksum};
}

std::optional<int> file_error_code(const at::Reply& reply) {
  if (reply.final != at::Final::cme) return std::nullopt;
  if (reply.code) return reply.code;
  const std::string words = lower(reply.text);
  const auto has = [&](std::string_view part) { return words.find(part) != std::string::npos; };
  if (has("already exist") || has("file exist")) return 407;
  if (has("not found") || has("not exist") || has("no such")) return 405;
  if (has("no space") || has("no more space") || has("full")) return 420;
  if (has("timeout") || has("time out")) return 421;
  return std::nullopt;
}

}  // namespace epki::ec200u
