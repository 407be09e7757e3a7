package io.heliograph.server.management;

import io.heliograph.server.stats.CallOutcome;
import io.heliograph.server.stats.Decisions;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.JvmStats;
import io.heliograph.server.stats.Latency;
import io.heliograph.server.stats.ListenerStats;
import io.heliograph.server.stats.ProcedureStats;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Statistics in the text format of Prometheus, version 0.0.4. */
final class Prometheus {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(8192);

    private Prometheus() {}

    static String of(HubStats stats) {
        Prometheus page = new Prometheus();
        page.listeners(stats);
        page.exchange(stats);
        page.calls(stats);
        page.rest(stats);
        return page.text.toString();
    }

    private void listeners(HubStats stats) {
        each(
                stats,
                "connections",
                "gauge",
                "Open connections.",
                each -> each.endpoint().connections());
        each(
                stats,
                "connections_opened_total",
                "counter",
                "Opened connections.",
                each -> each.endpoint().connectionsOpened());
        head("connections_closed_total", "counter", "Ended connections by cause.");
        for (ListenerStats each : stats.listeners()) {
            sorted(each.ended())
                    .forEach((cause, count) ->
                            value("connections_closed_total", label(each) + ",reason=\"" + cause + '"', count));
        }
        each(
                stats,
                "messages_received_total",
                "counter",
                "Received messages.",
                each -> each.endpoint().messagesReceived());
        each(
                stats,
                "messages_sent_total",
                "counter",
                "Messages accepted for sending, once for each recipient.",
                each -> each.endpoint().messagesSent());
        each(
                stats,
                "bytes_received_total",
                "counter",
                "Bytes of received messages.",
                each -> each.endpoint().bytesReceived());
        each(
                stats,
                "bytes_sent_total",
                "counter",
                "Bytes of sent messages.",
                each -> each.endpoint().bytesSent());
        each(
                stats,
                "queued_bytes",
                "gauge",
                "Bytes that wait to be written.",
                each -> each.endpoint().queuedBytes());
        head("drops_total", "counter", "Undelivered messages and refused or closed connections by reason.");
        for (ListenerStats each : stats.listeners()) {
            sorted(each.endpoint().drops())
                    .forEach((reason, count) -> value("drops_total", label(each) + ",reason=\"" + reason + '"', count));
        }
        sorted(stats.exchange().drops())
                .forEach((reason, count) ->
                        value("drops_total", "protocol=\"exchange\",listener=\"\",reason=\"" + reason + '"', count));
    }

    private void exchange(HubStats stats) {
        one(
                "publications_total",
                "counter",
                "Publications accepted by the broker.",
                stats.exchange().published());
        one(
                "deliveries_total",
                "counter",
                "Deliveries to subscribers.",
                stats.exchange().delivered());
        one("channels", "gauge", "Channels with subscribers.", stats.exchange().channels());
        one("subscriptions", "gauge", "Subscriptions.", stats.exchange().subscriptions());
        one(
                "exchange_queued_bytes",
                "gauge",
                "Publications that wait for event loops.",
                stats.exchange().queuedBytes());
        one(
                "engine_connected",
                "gauge",
                "1 if the engine is connected.",
                switch (stats.engine()) {
                    case CONNECTED, DEGRADED -> 1;
                    case DISCONNECTED, CLOSED -> 0;
                });
    }

    private void calls(HubStats stats) {
        one("calls_active", "gauge", "Calls that have started and not ended.", stats.activeCalls());
        one("calls_unknown_total", "counter", "Calls of procedures that do not exist.", stats.unknownCalls());
        head("calls_total", "counter", "Ended calls by outcome.");
        for (ProcedureStats each : stats.procedures()) {
            sorted(each.outcomes())
                    .forEach((outcome, count) ->
                            value("calls_total", label(each) + ",outcome=\"" + outcome + '"', count));
        }
        head("call_seconds", "histogram", "Time of calls.");
        for (ProcedureStats each : stats.procedures()) {
            Latency latency = each.latency();
            for (Duration limit : Latency.limits()) {
                value("call_seconds_bucket", label(each) + ",le=\"" + seconds(limit) + '"', latency.countBelow(limit));
            }
            value("call_seconds_bucket", label(each) + ",le=\"+Inf\"", latency.count());
            line("call_seconds_sum", label(each), seconds(latency.sum()));
            value("call_seconds_count", label(each), latency.count());
        }
    }

    private void rest(HubStats stats) {
        head("authority_decisions_total", "counter", "Decisions about actions.");
        for (Decisions each : stats.decisions()) {
            value("authority_decisions_total", "action=\"" + each.action() + "\",result=\"allowed\"", each.allowed());
            value("authority_decisions_total", "action=\"" + each.action() + "\",result=\"denied\"", each.denied());
        }
        head("logins_total", "counter", "Tokens of connections.");
        value("logins_total", "result=\"accepted\"", stats.logins());
        value("logins_total", "result=\"rejected\"", stats.rejectedLogins());
        head("loop_lag_seconds", "gauge", "Longest delay of an event loop in the last second.");
        line("loop_lag_seconds", "", seconds(stats.loopLag()));
        one("ready", "gauge", "1 if the hub accepts clients.", stats.ready() ? 1 : 0);
        one("uptime_seconds", "gauge", "Time since the start.", stats.uptime().toSeconds());
        JvmStats jvm = stats.jvm();
        one("jvm_heap_used_bytes", "gauge", "Used heap.", jvm.heapUsed());
        one("jvm_heap_max_bytes", "gauge", "Limit of the heap.", jvm.heapMax());
        one("jvm_direct_used_bytes", "gauge", "Direct buffers.", jvm.directUsed());
        one("jvm_threads", "gauge", "Platform threads.", jvm.threads());
        head("process_cpu_seconds_total", "counter", "Processor time.");
        line("process_cpu_seconds_total", "", seconds(jvm.cpuTime()));
        head("jvm_gc_seconds_total", "counter", "Time of garbage collections.");
        line("jvm_gc_seconds_total", "", seconds(jvm.gcTime()));
        if (jvm.openFiles() >= 0) {
            one("process_open_fds", "gauge", "Open file descriptors.", jvm.openFiles());
            one("process_max_fds", "gauge", "Limit of file descriptors.", jvm.maxFiles());
        }
    }

    // ---- format

    private void each(HubStats stats, String name, String type, String help, ToLongFunction<ListenerStats> figure) {
        head(name, type, help);
        for (ListenerStats each : stats.listeners()) {
            value(name, label(each), figure.applyAsLong(each));
        }
    }

    private void one(String name, String type, String help, long value) {
        head(name, type, help);
        value(name, "", value);
    }

    private void head(String name, String type, String help) {
        text.append("# HELP heliograph_").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE heliograph_").append(name).append(' ').append(type).append('\n');
    }

    private void value(String name, String labels, long value) {
        line(name, labels, Long.toString(value));
    }

    private void line(String name, String labels, String value) {
        text.append("heliograph_").append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(value).append('\n');
    }

    private static String label(ListenerStats each) {
        return "protocol=\"" + each.protocol() + "\",listener=\"" + escaped(each.url()) + '"';
    }

    private static String label(ProcedureStats each) {
        return "procedure=\"" + escaped(each.procedure()) + "\",protocol=\"" + each.protocol() + '"';
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static Map<String, Long> sorted(Map<?, Long> counts) {
        Map<String, Long> sorted = new TreeMap<>();
        counts.forEach(
                (key, count) -> sorted.put(key instanceof CallOutcome outcome ? outcome.key() : key.toString(), count));
        return sorted;
    }

    private static String seconds(Duration duration) {
        return java.math.BigDecimal.valueOf(duration.toNanos(), 9)
                .stripTrailingZeros()
                .toPlainString();
    }
}
