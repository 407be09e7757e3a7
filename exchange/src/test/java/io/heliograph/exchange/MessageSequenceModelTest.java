package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random traces of one sequence against a model of its log: messages, losses, repetitions, forks, trimmed and lost logs, reads that are answered
 * late, twice or never. A failure names its seed.
 */
class MessageSequenceModelTest {

    private static final int SEEDS = 4000;
    private static final int STEPS = 250;

    /** Room for few held messages, so that the limit is reached. */
    private static final long MAX_HELD_BYTES = 8 * 256;

    private static final class Trace implements MessageSequence.Output {

        private record Answer(MessageSequence.Read read, Broker.Log log) {}

        final RandomGenerator random;
        final ModelLog log;
        final MessageSequence sequence = new MessageSequence(this, MAX_HELD_BYTES);
        private final Deque<MessageSequence.Read> issued = new ArrayDeque<>();
        private final List<Answer> answers = new ArrayList<>();
        private final List<Broker.Message> received = new ArrayList<>();
        private final Set<Long> given = new HashSet<>();

        @Nullable
        private Position head;

        int unreadable;
        int gaps;
        private int gapsSinceJoin;
        int repeated;
        int deliveries;
        private boolean joining;

        Trace(long seed) {
            random = new SplittableRandom(seed);
            log = new ModelLog(random);
        }

        @Override
        public void give(Broker.Message message) {
            assertThat(message.previous())
                    .as("predecessor of " + message.position())
                    .isEqualTo(head);
            long number = Objects.requireNonNull(message.origin()).sequence();
            assertThat(given.add(number))
                    .as("publication " + number + " is given once")
                    .isTrue();
            head = message.position();
            deliveries++;
        }

        @Override
        public void giveAgain(Broker.Message message, int count) {
            assertThat(gapsSinceJoin).as("gaps before a repetition").isPositive();
            dropped(message, io.heliograph.DropReason.REPEATED);
        }

        @Override
        public void gap(Position start, GapReason reason) {
            gaps++;
            gapsSinceJoin++;
            assertThat(gaps).as("gaps").isLessThanOrEqualTo(unreadable);
            head = start;
        }

        @Override
        public void dropped(Broker.Message message, io.heliograph.DropReason reason) {
            if (reason == io.heliograph.DropReason.REPEATED) {
                assertThat(message.previous()).isEqualTo(head);
                if (gapsSinceJoin == 0) {
                    assertThat(given)
                            .contains(Objects.requireNonNull(message.origin()).sequence());
                }
                head = message.position();
                repeated++;
            }
        }

        void join() {
            sequence.join();
            joining = true;
            given.clear();
            gapsSinceJoin = 0;
            // Messages from before the subscribe operation may still arrive.
            issueRead();
        }

        void joined() {
            joining = false;
            head = log.head();
            sequence.start(log.head());
            sequence.live();
            issueRead();
        }

        void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 -> log.append();
                case 5, 6, 7, 8 -> deliver();
                case 9 -> log.network.poll(); // lost
                case 10 -> redeliver();
                case 11, 12, 13 -> answer();
                case 14 -> beginRead();
                case 15 -> doubt();
                case 16 -> failRead();
                case 17 -> rarely(log::changeWriter, log::trim);
                case 18 -> rarely(log::fork, log::append);
                default -> rarely(this::rejoin, log::flush);
            }
            issueRead();
        }

        private void rarely(Runnable one, Runnable other) {
            int choice = random.nextInt(10);
            if (choice < 2) {
                one.run();
            } else if (choice < 4) {
                other.run();
            }
        }

        private void rejoin() {
            if (joining) {
                joined();
            } else {
                sequence.reset();
                if (random.nextBoolean()) {
                    deliver(); // ignored
                }
                join();
            }
        }

        void deliver() {
            Broker.Message message = log.network.poll();
            if (message != null) {
                received.add(message);
                sequence.accept(message);
            }
        }

        private void redeliver() {
            if (!received.isEmpty()) {
                sequence.accept(received.get(random.nextInt(received.size())));
            }
        }

        private void doubt() {
            sequence.doubt(random.nextBoolean() ? null : sequence.head());
        }

        private void issueRead() {
            MessageSequence.Read read = sequence.takeRead();
            if (read != null) {
                issued.add(read);
            }
        }

        /** Begins a pending read, which reads the log now and is answered later. */
        void beginRead() {
            MessageSequence.Read read = issued.poll();
            if (read != null && sequence.begin(read)) {
                answers.add(new Answer(read, log.read(read.after)));
            }
        }

        void answer() {
            beginRead();
            if (answers.isEmpty()) {
                return;
            }
            Answer answer = answers.get(random.nextInt(answers.size()));
            if (random.nextInt(4) > 0) { // otherwise it is answered again
                answers.remove(answer);
            }
            complete(answer);
        }

        private void complete(Answer answer) {
            if (answer.log.continuity() != Broker.Continuity.COMPLETE
                    && answer.log.continuity() != Broker.Continuity.PARTIAL) {
                unreadable++;
            }
            sequence.completed(answer.read, answer.log);
        }

        private void failRead() {
            beginRead();
            if (!answers.isEmpty()) {
                sequence.failed(answers.removeFirst().read);
            }
        }

        /** Ends all faults: the sequence must have the whole log. */
        void settle() {
            if (joining) {
                joined();
            }
            while (!log.network.isEmpty()) {
                deliver();
                issueRead();
            }
            answers.forEach(answer -> sequence.failed(answer.read));
            answers.clear();
            boolean compared = false;
            for (int i = 0; i < 10_000 && !(compared && sequence.state() == MessageSequence.State.LIVE); i++) {
                if (issued.isEmpty()) {
                    compared = true;
                    sequence.doubt(null);
                    issueRead();
                }
                MessageSequence.Read read = issued.poll();
                if (read != null && sequence.begin(read)) {
                    complete(new Answer(read, log.read(read.after)));
                }
                issueRead();
            }
            assertThat(sequence.state()).isEqualTo(MessageSequence.State.LIVE);
            assertThat(sequence.held()).isZero();
            assertThat(sequence.head()).isEqualTo(log.head()).isEqualTo(head);
        }
    }

    @Test
    void everySequenceIsTheLogOrReportsAGap() {
        int gaps = 0;
        int repeated = 0;
        long deliveries = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Trace trace = new Trace(seed);
            try {
                trace.join();
                trace.joined();
                for (int i = 0; i < STEPS; i++) {
                    trace.step();
                }
                trace.settle();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
            gaps += trace.gaps;
            repeated += trace.repeated;
            deliveries += trace.deliveries;
        }
        assertThat(gaps).isGreaterThan(SEEDS);
        assertThat(repeated).isGreaterThan(100);
        assertThat(deliveries).isGreaterThan(10L * SEEDS);
    }
}
