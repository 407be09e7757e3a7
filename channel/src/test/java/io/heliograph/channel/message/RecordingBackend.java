package io.heliograph.channel.message;

import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.channel.spi.MemberPeer;
import io.heliograph.channel.spi.MemberReply;
import io.heliograph.codec.Payload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Backend of a member that records the operations, and decides and answers as the test selects. */
final class RecordingBackend implements MemberBackend {

    final CompletableFuture<MemberGroup> others = new CompletableFuture<>();
    final List<String> received = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    final List<MemberReply> replies = new CopyOnWriteArrayList<>();
    private final Map<Member, MemberPeer> peers = new ConcurrentHashMap<>();

    volatile boolean pausesAtStart;

    // Member whose messages are not decided.
    volatile @Nullable Member undecided;
    final List<CompletableFuture<Void>> decisions = new CopyOnWriteArrayList<>();

    @Override
    public void opened(MemberGroup group) {
        if (pausesAtStart) {
            group.reading(false);
        }
        others.complete(group);
    }

    @Override
    public Session connected(MemberPeer peer) {
        peers.put(peer.member(), peer);
        return new Recording(peer.member());
    }

    MemberPeer peer(Member member) {
        return Objects.requireNonNull(peers.get(member));
    }

    private final class Recording implements Session {

        private final Member from;

        Recording(Member from) {
            this.from = from;
        }

        private CompletionStage<Void> decision() {
            if (!from.equals(undecided)) {
                return ACCEPTED;
            }
            CompletableFuture<Void> decision = new CompletableFuture<>();
            decisions.add(decision);
            return decision;
        }

        @Override
        public CompletionStage<Void> message(String topic, Payload payload) {
            boolean inLoop = others.getNow(null).loop().inLoop();
            received.add(topic + "=" + payload.text() + (inLoop ? "" : " on another thread"));
            if (topic.equals("fail")) {
                throw new IllegalStateException("the backend failed");
            }
            return decision();
        }

        @Override
        public CompletionStage<Void> request(String topic, Payload payload, MemberReply reply) {
            received.add(topic + "?" + payload.text());
            switch (topic) {
                case "echo" -> reply.succeed(payload);
                case "denied" ->
                    reply.fail(new RequestFailedException("NotAllowedError", "log in first", 7, List.of(1)));
                case "fail" -> throw new IllegalStateException("the backend failed");
                default -> replies.add(reply);
            }
            return decision();
        }

        @Override
        public void closed(LeaveReason reason) {
            closed.add(from.id() + " " + reason);
        }
    }
}
