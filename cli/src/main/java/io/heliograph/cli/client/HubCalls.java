package io.heliograph.cli.client;

import io.heliograph.cli.console.Json;
import io.heliograph.codec.Payload;

/** Arguments of the procedures that every hub has. The data keeps its characters. */
final class HubCalls {

    private HubCalls() {}

    static Payload publish(String channel, Payload data) {
        return Json.payload("{\"channel\":" + Json.quote(channel) + ",\"data\":" + data.text() + "}");
    }

    static Payload channel(String channel) {
        return Json.payload("{\"channel\":" + Json.quote(channel) + "}");
    }

    static Payload history(String channel, int limit) {
        return Json.payload("{\"channel\":" + Json.quote(channel) + ",\"limit\":" + limit + "}");
    }
}
