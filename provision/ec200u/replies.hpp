#pragma once
// What this modem's lines mean. Pure functions over one line (or the lines of one reply); they hold no port. Every
// shape here was recorded from a module or is stated in the AT reference, whose section is named.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provision/ec200u/modem.hpp"

namespace epki::ec200u {

using Lines = std::span<const std::string>;

// ---- identity (5) -------------------------------------------------------------------------------------------------
/// ATI: manufacturer, model, "Revision: …". What is missing stays empty.
Identity parse_identity(Lines lines);
/// The only line of 14 to 17 digits.
std::optional<std::string> parse_imei(Lines lines);
/// "+QCCID: 8986…"; some firmware leaves the tag out.
std::optional<std::string> parse_iccid(Lines lines);

// ---- network (5) --------------------------------------------------------------------------------------------------
/// "+CEREG: <n>,<stat>[,…]" among the lines; an unsolicited "+CEREG: <stat>" is no answer.
std::optional<Registration> parse_registration(Lines lines, std::string_view tag);
/// Two answers, +CEREG and +CREG: registered in either counts.
Registration merged(std::optional<Registration> eps, std::optional<Registration> circuit);

struct PacketContext {
  int id = 0;
  bool active = false;
  std::string address{};
};
Result<PacketContext> parse_packet_context(std::string_view line);

/// One +QIURC: "dnsgip" line: the head of a result, an address, or an error.
struct NameLine {
  std::optional<int> error{};
  std::optional<int> count{};
  std::string address{};
};
std::optional<NameLine> parse_name_line(std::string_view line);

/// `+QIDNSCFG: <context>,"<first>"[,"<second>"]`; nothing when the line is about something else.
std::optional<DnsServers> parse_dns_servers(std::string_view line, int pdp);

// ---- clock (5) ----------------------------------------------------------------------------------------------------
/// "26/07/03,08:56:27+32": local time with its zone in quarter hours. Years 70 to 99 are in the last century, where a
/// clock that was never set may stand. Without a zone it is taken for UTC.
Result<ClockReading> parse_clock(std::string_view line);
/// `+QNTP: 0,"2026/07/03,00:56:27+32"`: the time is UTC although a zone is appended.
struct NetworkTime {
  int code = 0;
  std::optional<Instant> utc{};
};
Result<NetworkTime> parse_network_time(std::string_view line);
/// The value AT+CCLK= takes: UTC, zone +00. Nothing for years two digits cannot hold (before 1970, after 2069).
std::optional<std::string> clock_value(Instant utc);

// ---- files (3) ----------------------------------------------------------------------------------------------------
Result<FileEntry> parse_file_entry(std::string_view line);
Result<Space> parse_space(std::string_view line);
/// +QFUPL or +QFDWL: size and checksum, the latter in hex, padded or not.
Result<UploadReceipt> parse_receipt(std::string_view line, std::string_view tag);
/// The file error number of a refusal, from its number or from its words (CMEE=2 mixes both).
std::optional<int> file_error_code(const at::Reply& reply);

// ---- SSL and MQTT (2, 4) ------------------------------------------------------------------------------------------
/// The value in `+QSSLCFG: "<key>",<context>,<value>`; nothing when the line is about something else.
std::optional<std::string> parse_ssl_setting(std::string_view line, int context, std::string_view key);
/// A line of `AT+QSSLCFG=?`: `+QSSLCFG: "seclevel",(0-5),(0-2)`.
std::optional<SslKey> parse_ssl_key(std::string_view line);
/// `+QMTCFG: "ssl",<enable>[,<context>]`, also with the client's number in front.
Result<MqttSsl> parse_mqtt_ssl(std::string_view line);

struct Message {
  int client = 0;
  std::string topic{}, payload{};
};
/// +QMTRECV with or without the length; the payload may hold quotes and commas.
std::optional<Message> parse_message(std::string_view line);

}  // namespace epki::ec200u
