// Many devices at once: lists, streams and counters.

#include "ledger/device_rows.hpp"
#include "ledger/devices.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

// Conditions and what is bound to them, in step.
struct DeviceQuery {
  std::string where;
  std::vector<std::string> texts;
  void add(std::string_view condition, std::string text) {
    where += (where.empty() ? " WHERE " : " AND ") + std::string(condition);
    texts.push_back(std::move(text));
  }
};

DeviceQuery query_of(const DeviceFilter& filter) {
  DeviceQuery query;
  if (!filter.imei_prefix.empty()) {
    // A range the index of IMEIs serves; '~' follows every digit and letter.
    query.add("imei >= ?", filter.imei_prefix);
    query.add("imei < ?", filter.imei_prefix + "~");
  }
  if (!filter.after.empty()) query.add("imei > ?", filter.after);
  if (!filter.station.empty()) query.add("station = ?", filter.station);
  if (!filter.job.empty()) query.add("job = ?", filter.job);
  if (!filter.batch.empty()) query.add("batch = ?", filter.batch);
  if (!filter.slot.empty()) query.add("slot = ?", filter.slot);
  if (filter.phase) query.add("phase = ?", std::string(word(*filter.phase)));
  if (filter.attempt) query.add("attempt = ?", std::string(word(*filter.attempt)));
  return query;
}

Status ask_devices(Database& database, const DeviceQuery& query, std::string_view order, std::size_t limit,
                   Expect expect, const std::function<Result<bool>(const Device&)>& each) {
  std::string sql =
      "SELECT " + std::string(device_columns) + " FROM device" + query.where + " ORDER BY " + std::string(order);
  if (limit != 0) sql += " LIMIT ?";
  Statement rows(database, sql, expect);
  int place = 1;
  for (const auto& text : query.texts) rows.bind(place++, text);
  if (limit != 0) rows.bind(place, static_cast<std::int64_t>(limit));
  Names names(database);
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return success();
    auto device = device_of(database, rows);
    if (!device) return std::move(device).error();
    auto name = names.name_of(device->operator_name);
    if (!name) return std::move(name).error();
    device->operator_name = std::move(*name);
    const auto on = each(*device);
    if (!on) return on.error();
    if (!*on) return success();
  }
}

Result<std::vector<Device>> page_of(Database& database, const DeviceQuery& query, std::string_view order,
                                    std::size_t limit) {
  std::vector<Device> all;
  auto asked = ask_devices(database, query, order, limit, Expect::few, [&](const Device& device) -> Result<bool> {
    all.push_back(device);
    return true;
  });
  if (!asked) return std::move(asked).error();
  return all;
}

}  // namespace

Result<std::vector<Device>> Devices::list(const DeviceFilter& filter) {
  return impl_.read<std::vector<Device>>(
      [&](Database& database) { return page_of(database, query_of(filter), "imei", filter.limit); });
}

Status Devices::for_each(const DeviceFilter& filter, const std::function<Result<bool>(const Device& device)>& each) {
  return impl_.stream([&](Database& database) {
    return ask_devices(database, query_of(filter), "imei", filter.limit, Expect::many, each);
  });
}

Result<std::vector<Device>> Devices::latest(std::string_view station, std::size_t limit) {
  return impl_.read<std::vector<Device>>([&](Database& database) {
    DeviceQuery query;
    if (!station.empty()) query.add("station = ?", std::string(station));
    return page_of(database, query, "step DESC", limit);
  });
}

Result<std::vector<Device>> Devices::running(std::string_view station) {
  return impl_.read<std::vector<Device>>([&](Database& database) {
    DeviceQuery query;
    query.add("station = ? AND attempt = 'running'", std::string(station));
    return page_of(database, query, "imei", 0);
  });
}

Result<std::vector<DeviceCount>> Devices::counts() {
  using All = std::vector<DeviceCount>;
  return impl_.read<All>([&](Database& database) -> Result<All> {
    Statement rows(database,
                   "SELECT station, job, batch, phase, attempt, devices FROM tally WHERE devices <> 0"
                   " ORDER BY station, job, batch, phase, attempt");
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      const auto phase = parse_phase(rows.text(3));
      const auto attempt = parse_attempt(rows.text(4));
      if (!phase || !attempt)
        return Error{Errc::ledger, database.name() + " holds a counter it cannot read", "ec200u-pki ledger check"};
      all.push_back({rows.text(0), rows.text(1), rows.text(2), *phase, *attempt, rows.number(5)});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

Result<std::vector<Output>> Devices::output(std::string_view first_day) {
  using All = std::vector<Output>;
  return impl_.read<All>([&](Database& database) -> Result<All> {
    Statement rows(database,
                   "SELECT day, station, job, batch, passed, failed, first_time FROM output WHERE day >= ?"
                   " ORDER BY day, station, job, batch");
    rows.bind(1, first_day);
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      all.push_back(
          {rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.number(4), rows.number(5), rows.number(6)});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

}  // namespace epki::ledger
