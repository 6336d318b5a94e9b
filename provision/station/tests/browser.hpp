#pragma once
// A real headless Chromium, driven through chromedriver (W3C WebDriver).

#include <filesystem>
#include <memory>
#include <string>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace httplib {
class Client;
}

namespace epki::station {

class Browser {
 public:
  /// Errc::input when chromedriver is not installed.
  static Result<std::unique_ptr<Browser>> start();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  Status open(const std::string& address);
  /// Of the window, in pixels.
  Status size(int width, int height);
  /// The value of a JavaScript expression in the page.
  Result<Json> value(const std::string& expression);
  /// Asks again until the expression is true; false at the deadline.
  bool until(const std::string& expression, Deadline by);
  Status click(const std::string& selector);
  /// Types into the element that has the focus, as a person would.
  Status type(const std::string& keys);
  Status screenshot(const std::filesystem::path& file);

 private:
  Browser(Child driver, TemporaryFolder profile);
  Result<Json> ask(const std::string& method, const std::string& path, const Json& body);

  Child driver_;
  TemporaryFolder profile_;
  std::unique_ptr<httplib::Client> client_;
  std::string session_;
};

}  // namespace epki::station
