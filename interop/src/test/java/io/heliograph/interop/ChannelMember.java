package io.heliograph.interop;

import com.sun.management.UnixOperatingSystemMXBean;
import io.heliograph.QueueFullException;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.Rendezvous;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;

/**
 * A member of a message channel as a process of its own, to be killed. It checks by itself that what it gets from each other
 * member is 1, 2, 3 and so on; a number that does not follow is an event {@code broken}.
 *
 * <p>Arguments: directory, rendezvous, how many bytes it may have sent that are not acknowledged, and after how many seconds a
 * member that reads nothing is dropped. Commands:
 *
 * <ul>
 *   <li>{@code join}, with {@code at}: joins in that instant, in milliseconds of the system's clock
 *   <li>{@code send}, with {@code count}: sends its next numbers
 *   <li>{@code fill}: sends numbers until one is rejected, and reports the total in the event {@code full}
 *   <li>{@code report}: prints the progress with each member
 *   <li>{@code resources}: prints the resources of this process
 *   <li>{@code leave}: leaves and prints {@code closed}; may then join again, as another member
 * </ul>
 */
final class ChannelMember {

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final Path directory;
    private final Rendezvous rendezvous;
    private final int maxUnacknowledged;
    private final Duration stallTimeout;
    private final Map<String, Integer> last = new ConcurrentHashMap<>();
    private MessageChannel channel;
    private int sent;

    private ChannelMember(Path directory, Rendezvous rendezvous, int maxUnacknowledged, Duration stallTimeout) {
        this.directory = directory;
        this.rendezvous = rendezvous;
        this.maxUnacknowledged = maxUnacknowledged;
        this.stallTimeout = stallTimeout;
        this.channel = open();
    }

    private MessageChannel open() {
        MessageChannel fresh = MessageChannel.builder("soak")
                .directory(directory)
                .rendezvous(rendezvous)
                .stallTimeout(stallTimeout)
                .maxUnacknowledgedBytes(maxUnacknowledged)
                // A few members that are full fill the host.
                .maxQueuedBytes(4 * maxUnacknowledged)
                .build();
        fresh.topic("n", Integer.class).on(this::number);
        fresh.onConnect(host -> print("connected", "member", fresh.self().id(), "host", host.id()));
        fresh.onTakeover(host -> print("takeover", "host", host.id(), "at", System.currentTimeMillis()));
        fresh.onJoin(member -> print("joined", "member", member.id()));
        fresh.onLeave((member, reason) -> print("left", "member", member.id(), "reason", reason.toString()));
        fresh.onError(error -> {
            if (!(error instanceof QueueFullException)) {
                print("error", "message", error.toString());
            }
        });
        return fresh;
    }

    private void number(int number, Member from) {
        Integer before = last.put(from.id(), number);
        // Who joins late begins somewhere; from then on there are no gaps.
        if (before != null && number != before + 1) {
            print("broken", "from", from.id(), "after", before, "number", number);
        }
    }

    public static void main(String[] arguments) throws IOException {
        ChannelMember member = new ChannelMember(
                Path.of(arguments[0]),
                Rendezvous.valueOf(arguments[1]),
                Integer.parseInt(arguments[2]),
                Duration.ofSeconds(Long.parseLong(arguments[3])));
        print("started");
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                Map<?, ?> command = JsonMapper.shared().readValue(line, Map.class);
                member.obey(command);
            }
        }
        System.exit(0);
    }

    private void obey(Map<?, ?> command) {
        switch (String.valueOf(command.get("command"))) {
            case "join" -> join(((Number) command.get("at")).longValue());
            case "send" -> send((Integer) command.get("count"));
            case "fill" -> fill();
            case "report" ->
                print(
                        "report",
                        "sent",
                        sent,
                        "unacknowledged",
                        channel.stats().queuedBytes(),
                        "last",
                        new LinkedHashMap<>(last),
                        "members",
                        channel.members().size(),
                        "hosting",
                        channel.isHosting());
            case "resources" -> resources();
            case "leave" -> leave();
            default -> print("error", "message", "unknown command " + command);
        }
    }

    private void join(long at) {
        while (System.currentTimeMillis() < at) {
            Thread.onSpinWait();
        }
        channel.connect();
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            while (channel.stats().queuedBytes() > maxUnacknowledged / 2) {
                LockSupport.parkNanos(100_000);
            }
            if (channel.send("n", sent + 1)) {
                sent++;
            }
        }
    }

    private void fill() {
        while (channel.send("n", sent + 1)) {
            sent++;
        }
        print("full", "sent", sent);
    }

    private void leave() {
        channel.closeGracefully(Duration.ofSeconds(5)).join();
        last.clear();
        sent = 0;
        channel = open();
        print("closed");
    }

    private static void resources() {
        System.gc();
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        print(
                "resources",
                "heap",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                "threads",
                ManagementFactory.getThreadMXBean().getThreadCount(),
                "files",
                system.getOpenFileDescriptorCount());
    }

    private static synchronized void print(String event, Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        OUT.println(JsonMapper.shared().writeValueAsString(fields));
    }
}
