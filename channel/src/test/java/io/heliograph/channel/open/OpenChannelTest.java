package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ClosedException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Life cycle of an {@link io.heliograph.channel.OpenChannel} and its socket. */
class OpenChannelTest extends OpenChannelTestCase {

    @Checklist({"CHANNEL 1", "CHANNEL 2"})
    @Test
    void buildPerformsNoIo() {
        OpenChannel unnamed = OpenChannel.open(connection -> {});
        OpenChannel named = OpenChannel.open("builds", connection -> {});
        assertThat(unnamed.name()).isEqualTo("open-channel");
        assertThat(named.name()).isEqualTo("builds");
        assertThat(named.state()).isEqualTo(OpenChannel.State.INITIATED);
        assertThat(named.isConnected()).isFalse();
        OpenChannelFixture here = open();
        assertThat(here.channel.state()).isEqualTo(OpenChannel.State.INITIATED);
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    @Checklist("CHANNEL 4")
    @Test
    void connectRetriesForFiveSecondsByDefault() {
        OpenChannelFixture nobody = open(builder -> builder.mayHost(false));
        long start = System.nanoTime();
        CountDownLatch failed = new CountDownLatch(1);
        nobody.channel.connect().onError(error -> failed.countDown());
        eventually().until(() -> failed.getCount() == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(4900));
    }

    @Checklist({"CHANNEL 13", "CHANNEL 14"})
    @Test
    void timeoutReportsOneErrorAndReleasesResources() {
        OpenChannelFixture nobody = open(builder -> builder.mayHost(false));
        long start = System.nanoTime();
        ChannelSocket socket = nobody.connect(Duration.ofMillis(400));
        CompletableFuture<Void> lost = socket.write("x");
        eventually().until(() -> nobody.closes.get() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(390));
        assertThat(nobody.errors).hasSize(1);
        assertThat(nobody.errors.getFirst())
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(scratch.folder().toString());
        assertThat(nobody.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        assertThatThrownBy(lost::join).hasCauseInstanceOf(ClosedException.class);
        eventually().until(() -> ioThreads() == 0);
    }

    private static long ioThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("heliograph-io"))
                .count();
    }

    @Checklist({"CHANNEL 21", "CHANNEL 23", "CHANNEL 24"})
    @Test
    void destroyClosesSocketButNotHost() {
        OpenChannelFixture host = open().connected();
        OpenChannelFixture member = open().connected();
        ChannelSocket before = host.socket();
        before.destroy();
        assertThat(host.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        assertThat(host.channel.isConnected()).isFalse();
        eventually().until(() -> host.closes.get() == 1);
        assertThatThrownBy(before.write("late")::join).hasCauseInstanceOf(ClosedException.class);
        assertThat(host.channel.isHosting()).isTrue();
        member.socket().write("still here");
        eventually().until(() -> host.hostRead().equals("still here"));
        assertThat(member.connects).hasValue(1);
        host.connected();
        assertThat(host.socket()).isNotSameAs(before);
    }

    @Checklist("CHANNEL 22")
    @Test
    void destroyAfterConnectIsFinal() {
        List<OpenChannelFixture> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            OpenChannelFixture one = open();
            all.add(one);
            ChannelSocket socket = one.connect();
            CompletableFuture<Void> written = socket.write("x");
            socket.destroy();
            assertThat(one.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
            eventually().until(() -> one.closes.get() == 1);
            assertThat(written).isDone(); // well, if it connected between the two calls
            assertThat(one.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
        }
        // A channel that became the host between the two calls keeps hosting.
        eventually().until(() -> ioThreads() == 0 || all.stream().anyMatch(one -> one.channel.isHosting()));
        all.forEach(OpenChannelFixture::close);
        eventually().until(() -> ioThreads() == 0);
    }

    @Checklist("CHANNEL 22")
    @Test
    void destroyBeforeFirstAttemptPreventsConnection() {
        OpenChannelFixture one = open();
        AtomicInteger connects = new AtomicInteger();
        CompletableFuture<CompletableFuture<Void>> written = new CompletableFuture<>();
        one.channel.connect(Await.TIMEOUT, fresh -> {
            fresh.onConnect(connects::incrementAndGet);
            written.complete(fresh.write("x"));
            fresh.destroy();
        });
        assertThat(Await.failure(Await.value(written))).isInstanceOf(ClosedException.class);
        one.close();
        assertThat(connects).hasValue(0);
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    @Checklist("CHANNEL 25")
    @Test
    void secondConnectReturnsSameSocket() {
        OpenChannelFixture one = open().connected();
        assertThat(one.channel.connect()).isSameAs(one.socket());
        eventually().until(() -> one.accepted.size() == 1);
        assertThat(one.channel.stats().connections()).isEqualTo(1);
    }

    @Checklist("CHANNEL 26")
    @Test
    void memberReconnectsAfterHostEndsConnection() {
        OpenChannelFixture host = open().connected();
        OpenChannelFixture other = open().connected();
        OpenChannelFixture member = open().connected();
        eventually().until(() -> host.accepted.size() == 3);
        host.accepted.getLast().end();
        eventually().until(() -> host.accepted.size() == 4);
        eventually().until(() -> member.connects.get() + other.connects.get() + host.connects.get() == 4);
        assertThat(member.ends.get() + other.ends.get() + host.ends.get()).isEqualTo(1);
    }

    @Checklist("CHANNEL 31")
    @Test
    void channelsWithDifferentNamesAreIndependent() {
        OpenChannelFixture one = open().connected();
        OpenChannelFixture other = scratch.closing(new OpenChannelFixture(scratch.folder(), "d", builder -> builder))
                .connected();
        assertThat(one.channel.isHosting()).isTrue();
        assertThat(other.channel.isHosting()).isTrue();
        one.socket().write("1");
        other.socket().write("2");
        eventually().until(() -> one.hostRead().equals("1") && other.hostRead().equals("2"));
    }

    @Checklist("CHANNEL 33")
    @Test
    void outagesLeakNothing() {
        OpenChannelFixture member = open().connected();
        for (int i = 0; i < 100; i++) {
            int expected = i + 2;
            member.accepted.getLast().destroy();
            eventually()
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> member.connects.get() == expected && member.accepted.size() == expected);
        }
        assertThat(member.channel.stats().connections()).isEqualTo(1);
        assertThat(entry()).exists();
        assertThat(directory()).isDirectoryNotContaining(file -> !file.equals(entry()));
    }

    @Test
    void closeIsFinal() {
        OpenChannelFixture one = open().connected();
        one.close();
        assertThat(one.channel.closed()).isCompleted();
        assertThatThrownBy(one.channel::connect).isInstanceOf(ClosedException.class);
        AtomicReference<Throwable> none = new AtomicReference<>();
        one.channel.closed().whenComplete((done, failure) -> none.set(failure));
        assertThat(none.get()).isNull();
    }
}
