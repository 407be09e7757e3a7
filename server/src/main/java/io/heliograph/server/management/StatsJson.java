package io.heliograph.server.management;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.Decisions;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.JvmStats;
import io.heliograph.server.stats.Latency;
import io.heliograph.server.stats.ListenerStats;
import io.heliograph.server.stats.ProcedureStats;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Documents of the management listener. */
final class StatsJson {

    private StatsJson() {}

    static Map<String, Object> of(HubStats stats) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", stats.at().toString());
        json.put("uptimeSeconds", stats.uptime().toSeconds());
        json.put("ready", stats.ready());
        json.put("engine", stats.engine().name().toLowerCase(Locale.ROOT));
        json.put("total", endpoint(stats.total()));
        json.put(
                "listeners", stats.listeners().stream().map(StatsJson::listener).toList());
        Map<String, Object> exchange = new LinkedHashMap<>();
        exchange.put("channels", stats.exchange().channels());
        exchange.put("subscriptions", stats.exchange().subscriptions());
        exchange.put("published", stats.exchange().published());
        exchange.put("delivered", stats.exchange().delivered());
        exchange.put("queuedBytes", stats.exchange().queuedBytes());
        exchange.put("drops", drops(stats.exchange().drops()));
        json.put("exchange", exchange);
        Map<String, Object> calls = new LinkedHashMap<>();
        calls.put("active", stats.activeCalls());
        calls.put("ended", stats.calls());
        calls.put("unknown", stats.unknownCalls());
        calls.put("latency", latency(stats.callLatency()));
        json.put("calls", calls);
        Map<String, Object> decisions = new LinkedHashMap<>();
        for (Decisions each : stats.decisions()) {
            decisions.put(each.action(), Map.of("allowed", each.allowed(), "denied", each.denied()));
        }
        json.put("decisions", decisions);
        json.put("logins", Map.of("accepted", stats.logins(), "rejected", stats.rejectedLogins()));
        json.put("loopLagMillis", stats.loopLag().toMillis());
        json.put("jvm", jvm(stats.jvm()));
        return json;
    }

    private static Map<String, Object> listener(ListenerStats each) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("protocol", each.protocol());
        json.put("url", each.url());
        json.putAll(endpoint(each.endpoint()));
        Map<String, Long> ended = new TreeMap<>();
        each.ended().forEach((cause, count) -> ended.put(cause.key(), count));
        json.put("ended", ended);
        return json;
    }

    private static Map<String, Object> endpoint(EndpointStats stats) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", stats.connections());
        json.put("connectionsOpened", stats.connectionsOpened());
        json.put("messagesReceived", stats.messagesReceived());
        json.put("messagesSent", stats.messagesSent());
        json.put("bytesReceived", stats.bytesReceived());
        json.put("bytesSent", stats.bytesSent());
        json.put("queuedBytes", stats.queuedBytes());
        json.put("drops", drops(stats.drops()));
        return json;
    }

    private static Map<String, Long> drops(Map<DropReason, Long> drops) {
        Map<String, Long> json = new TreeMap<>();
        drops.forEach((reason, count) -> json.put(reason.key(), count));
        return json;
    }

    static Map<String, Object> latency(Latency latency) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("p50Millis", millis(latency.percentile(0.5)));
        json.put("p95Millis", millis(latency.percentile(0.95)));
        json.put("p99Millis", millis(latency.percentile(0.99)));
        return json;
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    private static Map<String, Object> jvm(JvmStats jvm) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("heapUsed", jvm.heapUsed());
        json.put("heapMax", jvm.heapMax());
        json.put("directUsed", jvm.directUsed());
        json.put("threads", jvm.threads());
        json.put("cpuSeconds", jvm.cpuTime().toMillis() / 1000.0);
        json.put("gcSeconds", jvm.gcTime().toMillis() / 1000.0);
        json.put("openFiles", jvm.openFiles());
        json.put("maxFiles", jvm.maxFiles());
        return json;
    }

    static Map<String, Object> connection(ConnectionStats each) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", each.id());
        json.put("protocol", each.protocol());
        json.put("principal", each.principal());
        json.put("remoteAddress", each.remoteAddress());
        json.put("listener", each.listener());
        json.put("since", each.since().toString());
        json.put("channels", each.channels());
        json.put("activeCalls", each.activeCalls());
        json.put("framesReceived", each.traffic().framesReceived());
        json.put("bytesReceived", each.traffic().bytesReceived());
        json.put("framesSent", each.traffic().framesSent());
        json.put("bytesSent", each.traffic().bytesSent());
        json.put("queuedBytes", each.traffic().queuedBytes());
        return json;
    }

    static Map<String, Object> end(ConnectionEnd end) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", end.number());
        json.put("at", end.at().toString());
        json.put("cause", end.cause().key());
        json.put("reason", end.reason());
        json.putAll(connection(end.connection()));
        return json;
    }

    static Map<String, Object> drop(Sampler.Drop drop) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", drop.number());
        json.put("at", drop.at().toString());
        json.put("protocol", drop.protocol());
        json.put("listener", drop.listener());
        json.put("reason", drop.reason().key());
        json.put("count", drop.count());
        return json;
    }

    static Map<String, Object> procedure(ProcedureStats each) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("procedure", each.procedure());
        json.put("protocol", each.protocol());
        json.put("calls", each.calls());
        json.put("failures", each.failures());
        Map<String, Long> outcomes = new TreeMap<>();
        each.outcomes().forEach((outcome, count) -> outcomes.put(outcome.key(), count));
        json.put("outcomes", outcomes);
        json.putAll(latency(each.latency()));
        return json;
    }
}
