#include "config/job.hpp"

#include <gtest/gtest.h>

namespace epki::config {
namespace {

constexpr std::string_view smallest_job = "format = 1\nname = \"pumps\"\n";

std::string job_complaint(std::string_view text) {
  const auto job = parse_job(text, "job.toml", "/p");
  return job ? "accepted" : job.error().what;
}

TEST(Job, TheSmallestHasSafeDefaults) {
  const auto job = parse_job(smallest_job, "job.toml", "/p/jobs");
  ASSERT_TRUE(job) << job.error().what;
  EXPECT_EQ(job->project, "/p/jobs/");
  EXPECT_EQ(job->steps.connect, Connect::always);
  EXPECT_EQ(job->firmware.others, Others::warn);
  EXPECT_FALSE(job->other_batch);
}

TEST(Job, EveryKeyIsTakenOver) {
  const auto job = parse_job(R"(format = 1
name = "pumps"
project = "../ca"
batch = "B17"
operator = "Li"
name_from = "serial"
other_batch = true
baud = 921600
[firmware]
allow = ["EC200UCNAAR03A03M08"]
others = "refuse"
require_verdict = "uploaded"
[steps]
mutual = true
connect = "sample"
sample_every = 5
reboot_check = true
audit = true
key_password_file = "../secret/keys"
[[slot]]
name = "A1"
port = "usb:1-2.3"
power_cmd = "relay 1"
[[slot]]
name = "A2"
port = "/dev/ttyS1"
[label]
template = "l.svg"
qr = "{{imei}};{{batch}}"
to = ["file:labels", "raw:10.0.0.9"]
dpi = 300
[on_result]
command = "tee -a results"
url = "https://mes.example/result"
timeout_seconds = 3
)",
                             "job.toml", "/p/jobs");
  ASSERT_TRUE(job) << job.error().what;
  EXPECT_EQ(job->project, "/p/ca");
  EXPECT_EQ(job->name_from, "serial");
  EXPECT_EQ(job->firmware.allow.size(), 1U);
  EXPECT_EQ(job->firmware.require_verdict, "uploaded");
  EXPECT_EQ(job->steps.sample_every, 5);
  EXPECT_EQ(job->steps.key_password_file, "/p/secret/keys") << "relative to the job file";
  ASSERT_EQ(job->slots.size(), 2U);
  EXPECT_EQ(job->slots[0].power_cmd, "relay 1");
  EXPECT_EQ(job->label.to.size(), 2U);
  EXPECT_EQ(job->on_result.timeout_seconds, 3);
}

TEST(Job, TheStationsOwnServerAndItsCa) {
  const auto job =
      parse_job(std::string(smallest_job) +
                    "[acceptor]\nhost = \"line7.example\"\nport = 9000\nlisten = \"10.0.0.7\"\nlisten_port = "
                    "8884\ncertificate = \"a.pem\"\nkey = \"a.key\"\n[reissue]\nwhen = "
                    "\"known\"\nreason = \"keyCompromise\"\n[signing]\nminutes = 30\nquota = 0\n",
                "job.toml", "/p");
  ASSERT_TRUE(job) << job.error().what;
  EXPECT_EQ(job->acceptor.host, "line7.example");
  EXPECT_EQ(job->acceptor.port, 9000);
  EXPECT_EQ(job->acceptor.listen_port, 8884);
  EXPECT_EQ(job->reissue.when, Reissue::known);
  EXPECT_EQ(job->reissue.reason, "keyCompromise");
  EXPECT_EQ(job->signing.minutes, 30);
  EXPECT_EQ(job->signing.quota, 0);
  const auto usual = parse_job(smallest_job, "job.toml", "/p");
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->signing.minutes, 600) << "a CA that nobody limited is shut after a shift";
  EXPECT_EQ(usual->signing.quota, 2000);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[acceptor]\nport = 1\n").find("needs a host"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[acceptor]\nhost = \"x\"\n").find("needs a certificate"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[reissue]\nreason = \"bored\"\n").find("job.toml:4:10"),
            std::string::npos);
}

TEST(Job, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(job_complaint("name = \"x\"\n"), "job.toml:1:1: format is missing");
  EXPECT_EQ(job_complaint("format = 2\nname = \"x\"\n"),
            "job.toml:1:10: this job file has format 2, and this program knows 1");
  EXPECT_EQ(job_complaint("title = \"of a later version\"\nlanes = 4\nformat = 2\n"),
            "job.toml:3:10: this job file has format 2, and this program knows 1");
  EXPECT_NE(job_complaint(std::string(smallest_job) + "bacth = \"x\"\n").find("job.toml:3:1"), std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[steps]\nsample_every = 5\n").find("job.toml:4:16"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) +
                          "[[slot]]\nname = \"A\"\nport = \"p\"\n[[slot]]\nname = \"A\"\nport = \"q\"\n")
                .find("two slots are called A"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) +
                          "[[slot]]\nname = \"A\"\nport = \"p\"\n[[slot]]\nname = \"B\"\nport = \"p\"\n")
                .find("two slots have the port p"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[on_result]\nurl = \"ftp://x\"\n").find("on_result.url"),
            std::string::npos);
  EXPECT_NE(job_complaint(std::string(smallest_job) + "[firmware]\nothers = \"maybe\"\n").find("job.toml:4:10"),
            std::string::npos);
}

}  // namespace
}  // namespace epki::config
