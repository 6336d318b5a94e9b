#pragma once
// The openssl command line as a second opinion, and files for it in a folder of their own.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::ossl::test {

struct Answer {
  int code = -1;
  std::string text;  ///< stdout
};

class Tool {
 public:
  Tool() : folder_(TemporaryFolder::make("ossl-test")) {}

  std::string path(const std::string& name) const { return (folder_->path() / name).string(); }
  std::string put(const std::string& name, std::string_view content) {
    EXPECT_TRUE(replace_file(path(name), content, 0600));
    return path(name);
  }
  std::string get(const std::string& name) const {
    auto content = read_file(path(name));
    EXPECT_TRUE(content) << name;
    return content ? *content : std::string();
  }
  Answer run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "openssl");
    Child::Options options;
    options.argv = std::move(arguments);
    options.error_file = path("stderr");
    auto child = Child::start(options);
    if (!child) return {-1, child.error().what};
    auto text = child->read_all(after(std::chrono::seconds(30)));
    const auto code = child->wait(after(std::chrono::seconds(30)));
    return {code.value_or(-1), text ? *text : text.error().what};
  }

 private:
  Result<TemporaryFolder> folder_;
};

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace epki::ossl::test
