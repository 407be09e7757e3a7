package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.Rendezvous;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Some processes on one message channel, and what is done to them. */
final class ChannelTrial implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(40);

    private final Path directory;
    private final Rendezvous rendezvous;
    final List<PeerProcess> members = new ArrayList<>();
    private final Map<PeerProcess, Integer> sent = new LinkedHashMap<>();

    ChannelTrial(Rendezvous rendezvous) {
        this.rendezvous = rendezvous;
        try {
            this.directory = Files.createTempDirectory("hc");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    PeerProcess start() {
        PeerProcess member =
                PeerProcess.java(ChannelMember.class, directory.toString(), rendezvous.toString());
        members.add(member);
        return member;
    }

    /** Starts processes that join in the same instant, once all are up; each knows all when this returns. */
    void startTogether(int count) {
        for (int i = 0; i < count; i++) {
            start();
        }
        members.forEach(ChannelTrial::awaitStarted);
        members.forEach(member -> member.command("join"));
        awaitAllKnown();
    }

    /** One more process, which all the others know when this returns. */
    void addOne() {
        PeerProcess member = start();
        awaitStarted(member);
        member.command("join");
        awaitAllKnown();
    }

    /** Ten starting Javas may take a while on a small machine. */
    private static void awaitStarted(PeerProcess member) {
        await().atMost(DEADLINE).until(() -> !member.all("started").isEmpty());
    }

    void awaitAllKnown() {
        int others = members.size() - 1;
        for (PeerProcess member : members) {
            await().atMost(DEADLINE).until(() -> report(member).get("members").equals(others));
        }
    }

    static PeerEvent report(PeerProcess member) {
        member.command("report");
        return member.await("report");
    }

    /** The one process that hosts. */
    PeerProcess host() {
        List<PeerProcess> hosts =
                members.stream()
                        .filter(m -> Boolean.TRUE.equals(report(m).get("hosting")))
                        .toList();
        assertThat(hosts).as("hosts").hasSize(1);
        return hosts.getFirst();
    }

    /**
     * Lets all members send {@code count} numbers each and meanwhile kills the host in the way it cannot notice.
     *
     * @return how long the slowest member took to be on a new one, in milliseconds
     */
    long killHostWhileSending(int count) {
        PeerProcess host = host();
        sendAll(count);
        members.remove(host);
        long before = System.currentTimeMillis();
        host.kill9();
        long slowest = 0;
        for (PeerProcess member : members) {
            long at = ((Number) member.await("takeover").get("at")).longValue();
            slowest = Math.max(slowest, at - before);
        }
        return slowest;
    }

    void sendAll(int count) {
        for (PeerProcess member : members) {
            sent.merge(member, count, Integer::sum);
            member.command("send", "count", count);
        }
    }

    /** Waits until everybody has acknowledged everything, and checks that everybody has got it. */
    void awaitComplete() {
        sent.keySet().retainAll(members);
        for (PeerProcess member : members) {
            await().atMost(DEADLINE)
                    .until(() -> {
                        PeerEvent report = report(member);
                        return report.get("sent").equals(sent.getOrDefault(member, 0))
                                && ((Number) report.get("unacknowledged")).longValue() == 0;
                    });
        }
        for (PeerProcess member : members) {
            // Acknowledged is delivered to the lane; its listener runs soon.
            await().atMost(DEADLINE)
                    .untilAsserted(() -> {
                        Map<?, ?> last = (Map<?, ?>) report(member).get("last");
                        sent.forEach((other, number) -> {
                            if (other != member) {
                                assertThat(last.get(id(other)))
                                        .as(
                                                "from %s to %s; it was told %s, the sender %s",
                                                id(other),
                                                id(member),
                                                member.all("left"),
                                                other.all("left"))
                                        .isEqualTo(number);
                            }
                        });
                    });
            assertThat(member.all("broken")).isEmpty();
            assertThat(member.all("error")).isEmpty();
        }
    }

    static @Nullable Object id(PeerProcess member) {
        return member.all("connected").getFirst().get("member");
    }

    @Override
    public void close() {
        members.forEach(PeerProcess::close);
        members.forEach(PeerProcess::awaitExit);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
