#include <gtest/gtest.h>
#include <httplib.h>

#include "provision/station/outbox.hpp"

namespace epki::station {
namespace {

TEST(Post, ASystemGetsTheResultWithItsKeyAndAFailureIsSaid) {
  httplib::Server server;
  std::string key, body;
  int answer = 201;
  server.Post("/results", [&](const httplib::Request& request, httplib::Response& response) {
    key = request.get_header_value("Idempotency-Key");
    body = request.body;
    response.status = answer;
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  ASSERT_GT(port, 0);
  std::jthread serving([&] { server.listen_after_bind(); });
  const auto deliver = post_to("http://127.0.0.1:" + std::to_string(port) + "/results", std::chrono::seconds(5));
  const auto taken = deliver("k-7", "{\"a\":1}");
  EXPECT_TRUE(taken);
  EXPECT_EQ(key, "k-7");
  EXPECT_EQ(body, "{\"a\":1}");
  answer = 503;
  const auto refused = deliver("k-7", "{}");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("answered 503"), std::string::npos);
  server.stop();
  serving.join();
  const auto away = deliver("k-7", "{}");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Errc::network);
}

}  // namespace
}  // namespace epki::station
