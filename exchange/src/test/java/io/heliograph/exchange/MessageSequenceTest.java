package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static io.heliograph.exchange.StubBroker.log;
import static io.heliograph.exchange.StubBroker.lost;
import static io.heliograph.exchange.StubBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rules of the sequence, one by one. */
class MessageSequenceTest implements MessageSequence.Output {

    private final List<String> output = new ArrayList<>();
    private final MessageSequence sequence = new MessageSequence(this, 2000);

    @Override
    public void give(Broker.Message message) {
        output.add(message.position().toString());
    }

    @Override
    public void giveAgain(Broker.Message message, int gaps) {
        output.add("again " + message.position() + " after " + gaps);
    }

    @Override
    public void gap(Position head, GapReason reason) {
        output.add("gap " + reason + " " + head);
    }

    @Override
    public void dropped(Broker.Message message, io.heliograph.DropReason reason) {
        output.add(reason + " " + message.position());
    }

    private void live(long head) {
        sequence.join();
        sequence.start(at(head));
        sequence.live();
    }

    private MessageSequence.Read read() {
        MessageSequence.Read read = Objects.requireNonNull(sequence.takeRead());
        assertThat(sequence.begin(read)).isTrue();
        return read;
    }

    private void accept(long... offsets) {
        LongStream.of(offsets).forEach(offset -> sequence.accept(message(offset)));
    }

    private static Broker.Message repeated(long offset, String publisher, long number) {
        return new Broker.Message(at(offset), at(offset - 1), null, new PublicationId(publisher, number), null, null);
    }

    @Test
    void idleSequenceIgnoresMessages() {
        accept(1);
        sequence.doubt(null);
        assertThat(output).isEmpty();
        assertThat(sequence.held()).isZero();
        assertThat(sequence.takeRead()).isNull();
    }

    @Test
    void messagesWhileJoiningFollowTheStart() {
        sequence.join();
        accept(4, 5, 6, 7);
        sequence.start(at(5));
        sequence.live();
        assertThat(output).containsExactly("duplicate e:4", "duplicate e:5", "e:6", "e:7");
        assertThat(sequence.takeRead()).isNull();
    }

    @Test
    void messagesHeldBeforeTheReadAreInTheLog() {
        live(0);
        accept(3, 4);
        MessageSequence.Read read = read();
        accept(5);
        sequence.completed(read, log(1, 4));
        assertThat(output).containsExactly("e:1", "e:2", "e:3", "e:4", "duplicate e:3", "duplicate e:4", "e:5");
        assertThat(sequence.state()).isEqualTo(MessageSequence.State.LIVE);
    }

    @Test
    void earlyMessageThatContinuesTheLogIsGiven() {
        live(0);
        accept(3);
        MessageSequence.Read read = read();
        sequence.completed(read, log(1, 2));
        assertThat(output).containsExactly("e:1", "e:2", "e:3");
    }

    @Test
    void laterMessageThatDoesNotContinueIsReadAgain() {
        live(0);
        accept(3);
        MessageSequence.Read read = read();
        accept(6);
        sequence.completed(read, log(1, 4));
        assertThat(read().after).isEqualTo(at(4));
        assertThat(sequence.state()).isEqualTo(MessageSequence.State.FILLING);
    }

    @Test
    void readIsIssuedOnce() {
        live(0);
        accept(3);
        MessageSequence.Read read = read();
        accept(4, 5);
        assertThat(sequence.takeRead()).isNull();
        sequence.completed(read, log(1, 3));
        sequence.completed(read, log(1, 3));
        assertThat(output).containsExactly("e:1", "e:2", "e:3", "duplicate e:3", "e:4", "e:5");
    }

    @Test
    void readOfAFormerSubscriptionHasNoEffect() {
        live(0);
        accept(3);
        MessageSequence.Read read = Objects.requireNonNull(sequence.takeRead());
        sequence.reset();
        assertThat(sequence.begin(read)).isFalse();
        live(7);
        sequence.completed(read, log(1, 3));
        sequence.failed(read);
        accept(8);
        assertThat(output).containsExactly("e:8");
    }

    @Test
    void failedReadWaitsForDoubt() {
        live(0);
        accept(3);
        sequence.failed(read());
        accept(4);
        assertThat(sequence.takeRead()).isNull();
        assertThat(sequence.held()).isEqualTo(2);
        sequence.doubt(at(0));
        sequence.completed(read(), log(1, 4));
        assertThat(output).startsWith("e:1", "e:2", "e:3", "e:4");
    }

    @Test
    void failedReadOfRetainedMessagesBeginsAgain() {
        live(0);
        accept(9);
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 9));
        sequence.completed(read(), new Broker.Log(Broker.Continuity.PARTIAL, List.of(message(7)), at(7)));
        MessageSequence.Read second = read();
        assertThat(second.after).isEqualTo(at(7));
        sequence.failed(second);
        sequence.doubt(null);
        MessageSequence.Read again = read();
        assertThat(again.after).isNull();
        sequence.completed(again, log(8, 9));
        assertThat(output).containsExactly("gap too-old e:7", "e:8", "e:9", "duplicate e:9");
    }

    @Test
    void doubtAtAnOldHeadReadsNothing() {
        live(0);
        accept(1);
        sequence.doubt(at(0));
        assertThat(sequence.takeRead()).isNull();
        sequence.doubt(at(1));
        assertThat(read().after).isEqualTo(at(1));
    }

    @Test
    void doubtDuringAReadReadsAgain() {
        live(0);
        accept(2);
        MessageSequence.Read read = read();
        sequence.doubt(null);
        sequence.completed(read, log(1, 2));
        MessageSequence.Read again = read();
        sequence.completed(again, log(3, 3));
        assertThat(output).contains("e:3");
        assertThat(sequence.takeRead()).isNull();
    }

    @Test
    void doubtWhileJoiningReadsAfterTheStart() {
        sequence.join();
        sequence.doubt(null);
        sequence.start(at(4));
        sequence.live();
        assertThat(read().after).isEqualTo(at(4));
    }

    @Test
    void heldMessagesAreForgottenAtTheLimit() {
        live(0);
        accept(3, 4, 5, 6, 7, 8, 9); // 257 bytes each
        assertThat(sequence.held()).isEqualTo(7);
        MessageSequence.Read read = read();
        accept(10);
        assertThat(sequence.held()).isZero();
        accept(11);
        sequence.completed(read, log(1, 9));
        assertThat(output).endsWith("e:9");
        sequence.completed(read(), log(10, 11));
        assertThat(output).hasSize(12).startsWith("e:1").contains("e:10", "e:11", "duplicate e:11");
        assertThat(sequence.takeRead()).isNull();
    }

    @Test
    void logThatDoesNotContinueTheHeadIsAFork() {
        live(0);
        accept(3);
        sequence.completed(read(), log(2, 3));
        sequence.completed(read(), log(2, 3));
        assertThat(output).containsExactly("gap forked e:1", "e:2", "e:3", "duplicate e:3");
    }

    @Test
    void partialLogWithoutMessagesIsAFailedRead() {
        live(0);
        accept(3);
        sequence.completed(read(), lost(Broker.Continuity.PARTIAL, 3));
        assertThat(sequence.takeRead()).isNull();
        assertThat(sequence.state()).isEqualTo(MessageSequence.State.FILLING);
        assertThat(output).isEmpty();
    }

    @Test
    void logThatIsTrimmedAgainAndAgainIsGivenUp() {
        live(0);
        accept(9);
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 9));
        for (int i = 0; i < 4; i++) {
            sequence.completed(read(), new Broker.Log(Broker.Continuity.PARTIAL, List.of(message(7)), at(7)));
            sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 9));
        }
        assertThat(output).containsExactly("gap too-old e:9", "duplicate e:9");

        // The next loss has its own attempts.
        accept(20);
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 20));
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 20));
        assertThat(sequence.state()).isEqualTo(MessageSequence.State.FILLING);
        sequence.completed(read(), log(19, 20));
        assertThat(output).endsWith("gap too-old e:18", "e:19", "e:20", "duplicate e:20");
    }

    @Test
    void messagesOfEarlierEpochsAreNotGivenAgain() {
        live(0);
        accept(1);
        Broker.Message f2 = StubBroker.first("f", at(1));
        sequence.accept(f2);
        Broker.Message g3 = StubBroker.first("g", f2.position());
        sequence.accept(g3);
        accept(1);
        sequence.accept(f2);
        assertThat(output).containsExactly("e:1", "f:2", "g:3", "duplicate e:1", "duplicate f:2");
        assertThat(sequence.takeRead()).isNull();

        // The log forks before g; what was given is not given again.
        Broker.Message h3 = StubBroker.first("h", f2.position());
        sequence.accept(h3);
        sequence.completed(read(), lost(Broker.Continuity.FORKED, 3));
        sequence.completed(
                read(), new Broker.Log(Broker.Continuity.COMPLETE, List.of(message(1), f2, h3), h3.position()));
        assertThat(output).endsWith("gap forked f:2", "h:3", "duplicate h:3");
    }

    @Test
    void repetitionOfAPublisherIsDropped() {
        live(0);
        sequence.accept(repeated(1, "a", 7));
        sequence.accept(repeated(2, "b", 7));
        sequence.accept(repeated(3, "a", 7));
        sequence.accept(repeated(4, "a", 6));
        sequence.accept(repeated(5, "a", 8));
        assertThat(output).containsExactly("e:1", "e:2", "repeated e:3", "repeated e:4", "e:5");
    }

    @Test
    void messagePublishedAgainAfterAForkIsGivenAgainOnce() {
        live(0);
        sequence.accept(repeated(1, "a", 7));
        sequence.accept(repeated(2, "a", 8));
        accept(9);
        sequence.completed(read(), lost(Broker.Continuity.FORKED, 2));
        sequence.completed(read(), lost(Broker.Continuity.COMPLETE, 2));
        sequence.accept(repeated(3, "a", 7));
        sequence.accept(repeated(4, "a", 7));
        sequence.accept(repeated(5, "a", 8));
        sequence.accept(repeated(6, "a", 9));
        assertThat(output)
                .containsExactly(
                        "e:1",
                        "e:2",
                        "gap forked e:2",
                        "duplicate e:9",
                        "again e:3 after 1",
                        "repeated e:4",
                        "again e:5 after 1",
                        "e:6");
    }

    @Test
    void publisherThatIsQuietForLongIsForgotten() {
        live(0);
        sequence.accept(repeated(1, "a", 7));
        IntStream.rangeClosed(2, 64).forEach(n -> sequence.accept(repeated(n, "p" + n, 1)));
        sequence.accept(repeated(65, "a", 7));
        IntStream.rangeClosed(66, 129).forEach(n -> sequence.accept(repeated(n, "q" + n, 1)));
        sequence.accept(repeated(130, "a", 7));
        assertThat(output).hasSize(130).contains("repeated e:65", "e:130");
    }

    @Test
    void lossOfAFormerSubscriptionIsForgotten() {
        live(0);
        accept(3);
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 3));
        live(5);
        accept(8);
        MessageSequence.Read read = read();
        assertThat(read.after).isEqualTo(at(5));
        sequence.completed(read, log(6, 8));
        assertThat(output).containsExactly("e:6", "e:7", "e:8", "duplicate e:8");
    }

    @Test
    void retainedMessagesAreLimited() {
        live(0);
        accept(30);
        sequence.completed(read(), lost(Broker.Continuity.TRIMMED, 30));
        sequence.completed(read(), log(11, 30));
        assertThat(output.getFirst()).isEqualTo("gap too-old e:23");
        assertThat(output.get(1)).isEqualTo("e:24");
        assertThat(output.getLast()).isEqualTo("duplicate e:30");
    }
}
