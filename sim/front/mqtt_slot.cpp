#include "sim/front/mqtt_slot.hpp"

#include <utility>

namespace epki::sim {

struct MqttSlot::Link {
  std::atomic<bool> cancel{false};
  std::unique_ptr<MqttClient> client{};  // touched by the worker only
};

void MqttSlot::open(Crew& crew, NetworkPort& network, std::function<Opened(const std::atomic<bool>&)> opener,
                    Events events, const Post& post) {
  state = State::opening;
  link_ = std::make_shared<Link>();
  worker_ = &crew.hire();
  worker_->run([this, &network, link = link_, opener = std::move(opener), events = std::move(events), post] {
    auto opened = opener(link->cancel);
    if (!opened.channel && opened.failure == OpenFailure::none) opened.failure = OpenFailure::tcp;
    // Told first: a session that ends at once must not end before it was opened.
    post([this, link, failure = opened.failure, detail = opened.detail, told = events.opened](Moment now) {
      if (link_ == link) told(failure, detail, now);
    });
    if (!opened.channel) return;
    const std::weak_ptr<Link> watched = link;
    link->client = network.start_mqtt(std::move(opened.channel),
                                      [this, watched, post, happened = events.happened](const MqttClient::Event& e) {
                                        post([this, watched, happened, e](Moment now) {
                                          if (link_ && link_ == watched.lock()) happened(e, now);
                                        });
                                      });
  });
}

void MqttSlot::run(Task task, const Post& post, Inbox::Note after) {
  if (worker_ == nullptr) return;
  worker_->run([link = link_, task = std::move(task), post, after = std::move(after)] {
    if (link->client) task(*link->client);
    if (after) post(after);
  });
}

void MqttSlot::shut(bool farewell, const Post& post, Inbox::Note after) {
  if (link_) {
    link_->cancel = true;
    worker_->run([link = link_, farewell, post, after = std::move(after)] {
      if (link->client && farewell) link->client->disconnect();
      link->client.reset();
      if (after) post(after);
    });
    worker_->dismiss();
  }
  link_.reset();
  worker_ = nullptr;
  state = State::closed;
  awaited.clear();
  stored.clear();
}

}  // namespace epki::sim
