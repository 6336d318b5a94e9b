#include "provision/station/page_server.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include "provision/station/tests/fakes.hpp"

namespace epki::station {
namespace {

constexpr const char* token = "0123456789abcdef0123456789abcdef";

struct Page : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-27T12:00:00Z")};
  SilentReporter reporter;
  Cancel cancel;
  FakeRecords records;
  Socket socket;
  std::unique_ptr<Line> line;
  std::unique_ptr<PageServer> server;

  void SetUp() override {
    auto job = config::parse_job("format = 1\nname = \"pumps\"\n[[slot]]\nname = \"A1\"\nport = \"p\"\n", "j", "/p");
    ASSERT_TRUE(job);
    line = std::make_unique<Line>(
        *job, Line::World{clock, reporter, cancel, records},
        [this](const config::JobSlot&) -> Result<std::unique_ptr<Bench>> {
          return std::unique_ptr<Bench>(std::make_unique<FakeBench>(socket));
        },
        nullptr);
    line->start();
    auto started = PageServer::start({.port = 0, .token = token}, *line, records);
    ASSERT_TRUE(started) << started.error().what;
    server = std::make_unique<PageServer>(*std::move(started));
  }
  void TearDown() override {
    cancel.request();
    socket.close();
    server.reset();
    line.reset();
  }
  httplib::Client client(bool with_token = true) {
    httplib::Client c("127.0.0.1", server->port());
    if (with_token) c.set_default_headers({{"Cookie", std::string("ec200u_station=") + token}});
    return c;
  }
  std::string origin() { return "http://127.0.0.1:" + std::to_string(server->port()); }
};

TEST_F(Page, NothingIsShownWithoutTheToken) {
  auto c = client(false);
  for (const char* path : {"/", "/state", "/events", "/devices", "/page.js", "/strings.json", "/?token=wrong"}) {
    const auto got = c.Get(path);
    ASSERT_TRUE(got) << path;
    EXPECT_EQ(got->status, 401) << path;
    EXPECT_EQ(got->body.find("pumps"), std::string::npos);
  }
}

TEST_F(Page, TheAddressThatWasPrintedOpensItAndLosesItsToken) {
  auto c = client(false);
  const auto got = c.Get((std::string("/?token=") + token).c_str());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 303);
  EXPECT_EQ(got->get_header_value("Location"), "/");
  const auto set = got->get_header_value("Set-Cookie");
  EXPECT_NE(set.find("HttpOnly"), std::string::npos);
  EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
  const auto page = client().Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_NE(page->get_header_value("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  for (const char* outside : {"http://", "https://", "//cdn"}) EXPECT_EQ(page->body.find(outside), std::string::npos);
}

TEST_F(Page, AForeignNameOrPageReachesNothing) {
  auto c = client();
  const auto renamed = c.Get("/state", {{"Host", "evil.example"}});
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->status, 421);
  for (const char* foreign : {"http://evil.example", "null", ""}) {
    const auto posted = c.Post("/retry", {{"Origin", foreign}}, "slot=A1", "application/x-www-form-urlencoded");
    ASSERT_TRUE(posted);
    EXPECT_EQ(posted->status, 403) << foreign;
  }
  const auto posted =
      c.Post("/serial", {{"Origin", origin()}}, "slot=A1&serial=S1", "application/x-www-form-urlencoded");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 200) << posted->body;
  EXPECT_EQ(line->snapshot().tiles[0].serial, "S1");
}

TEST_F(Page, WhatCannotBeDoneIsSaid) {
  auto c = client();
  const auto posted = c.Post("/retry", {{"Origin", origin()}}, "slot=A9", "application/x-www-form-urlencoded");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 409);
  EXPECT_NE(posted->body.find("there is no slot A9"), std::string::npos);
  const auto huge =
      c.Post("/serial", {{"Origin", origin()}}, std::string(100000, 'x'), "application/x-www-form-urlencoded");
  EXPECT_TRUE(!huge || huge->status == 413) << (huge ? huge->status : 0);
}

// Reads the stream until `part` was seen, then hangs up.
bool stream_shows(httplib::Client c, std::string_view part) {
  std::string all;
  c.set_read_timeout(20, 0);
  c.Get("/events", [&](const char* data, std::size_t size) {
    all.append(data, size);
    return all.find(part) == std::string::npos;
  });
  return all.find(part) != std::string::npos;
}

TEST_F(Page, ChangesArriveAsEvents) {
  std::jthread plugging([this] { socket.plug({.board = {"861234567890123", "EC200U", "R03"}}); });
  EXPECT_TRUE(stream_shows(client(), "\"light\":\"pass\""));
}

TEST_F(Page, ManyOpenPagesLeaveRoomForARequest) {
  std::vector<std::jthread> readers;
  std::atomic<int> open = 0;
  std::atomic<bool> done = false;
  for (int i = 0; i < 24; ++i)
    readers.emplace_back([&] {
      auto c = client();
      c.set_read_timeout(20, 0);
      bool counted = false;
      c.Get("/events", [&](const char*, std::size_t) {
        if (!std::exchange(counted, true)) ++open;
        return !done;
      });
    });
  const auto by = after(std::chrono::seconds(20));
  while (open < 24 && std::chrono::steady_clock::now() < by) EXPECT_TRUE(line->operator_is("n" + std::to_string(open)));
  EXPECT_EQ(open, 24);
  auto c = client();
  const auto state = c.Get("/state");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->status, 200);
  const auto one_more = c.Get("/events");
  ASSERT_TRUE(one_more);
  EXPECT_EQ(one_more->status, 503);
  done = true;
  EXPECT_TRUE(line->operator_is("end"));
}

TEST_F(Page, BeyondLoopbackNeedsACertificate) {
  const auto refused = PageServer::start({.address = "0.0.0.0", .port = 0, .token = token}, *line, records);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
  const auto taken = PageServer::start({.port = server->port(), .token = token}, *line, records);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::network);
}

}  // namespace
}  // namespace epki::station
