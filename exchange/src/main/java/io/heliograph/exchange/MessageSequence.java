package io.heliograph.exchange;

import io.heliograph.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Order of the messages of one channel: gives each message once, in the order of the log, and reports every gap. Guarded by the channel.
 *
 * <pre>
 * IDLE ── join() ──► JOINING ── start(position) ───► LIVE ◄──────────────┐
 *                                                     │ gap, doubt()      │ end of the log
 *                                                     └────► FILLING ─────┘
 * </pre>
 *
 * <p>A message continues the sequence if its predecessor is the head. Any other message is held until the log has been read after the head.
 * The caller issues the reads: it takes {@link #takeRead()} after each call, begins the read, and completes or fails it. A completed or failed
 * read that is no longer current has no effect.
 */
final class MessageSequence {

    /** Maximum number of messages of one read. */
    static final int PAGE = 256;

    /** Maximum number of earlier epochs whose last position is kept. */
    private static final int MAX_EARLIER = 4;

    /** Attempts to read a log that is trimmed while it is read. */
    private static final int MAX_RESTARTS = 3;

    private static final int BASE_WEIGHT = 256;
    private static final Position[] NONE = {};

    /** State of the sequence. */
    enum State {
        IDLE,
        JOINING,
        LIVE,
        FILLING
    }

    /** Receiver of the sequence. */
    interface Output {

        void give(Broker.Message message);

        /**
         * Gives a message that was given before the last gap, and is in the log again. Only subscribers that joined after the gap need it.
         *
         * @param gaps number of gaps so far
         */
        void giveAgain(Broker.Message message, int gaps);

        void gap(Position head, GapReason reason);

        void dropped(Broker.Message message, io.heliograph.DropReason reason);
    }

    /** Read of the log. */
    static final class Read {
        final @Nullable Position after;

        /**
         * Number of messages held when the read began. The log that is read contains them, unless they are on an
         * abandoned fork.
         */
        private int early;

        private Read(@Nullable Position after) {
            this.after = after;
        }
    }

    private final Output output;
    private final long maxHeldBytes;

    private State state = State.IDLE;
    private Position head = LocalChannel.UNSET;
    private List<Broker.Message> held = List.of();
    private long heldBytes;

    /** Whether messages may have been lost since the current read began, or held messages were forgotten. */
    private boolean readAgain;

    /** The read that is wanted or in progress. */
    private @Nullable Read read;

    private boolean wanted;

    // After a loss: its reason, and the retained messages read so far.
    private @Nullable GapReason loss;
    private List<Broker.Message> retained = List.of();
    private int restarts;

    /** Last positions of the epochs before the current one, newest first. */
    private Position[] earlier = NONE;

    private final PublisherNumbers numbers = new PublisherNumbers();

    MessageSequence(Output output, long maxHeldBytes) {
        this.output = output;
        this.maxHeldBytes = maxHeldBytes;
    }

    State state() {
        return state;
    }

    /** The position of the last message given, or the start. */
    Position head() {
        return head;
    }

    /** Returns the number of gaps so far. */
    int gaps() {
        return numbers.gaps();
    }

    int held() {
        return held.size();
    }

    /** Whether the sequence has passed a position. */
    @SuppressWarnings("ReferenceEquality") // a shortcut
    boolean hasPassed(Position position) {
        if (position == head || head.reaches(position)) {
            return true;
        }
        for (Position last : earlier) {
            if (last.reaches(position)) {
                return true;
            }
        }
        return false;
    }

    /** Returns a read that must be issued now, once. */
    @Nullable
    Read takeRead() {
        if (!wanted) {
            return null;
        }
        wanted = false;
        return read;
    }

    // ---- joining

    /** Begins to hold messages until the start is known. */
    void join() {
        reset();
        state = State.JOINING;
    }

    /** Sets the start; {@link #live()} must follow. */
    void start(Position start) {
        head = start;
    }

    /** Enters state LIVE at the start, with the messages that have arrived before. */
    void live() {
        live(0);
    }

    /** Forgets everything. Messages are ignored until {@link #join()}. */
    void reset() {
        state = State.IDLE;
        head = LocalChannel.UNSET;
        forgetHeld();
        readAgain = false;
        read = null;
        wanted = false;
        loss = null;
        retained = List.of();
        earlier = NONE;
        numbers.clear();
    }

    // ---- messages

    @SuppressWarnings("ReferenceEquality") // a shortcut
    void accept(Broker.Message message) {
        switch (state) {
            case IDLE -> {}
            case JOINING, FILLING -> hold(message);
            case LIVE -> {
                Position previous = message.previous();
                if (previous == head || previous.equals(head)) {
                    give(message);
                } else if (hasPassed(message.position())) {
                    output.dropped(message, DropReason.DUPLICATE);
                } else {
                    hold(message);
                    fill();
                }
            }
        }
    }

    private void give(Broker.Message message) {
        moveTo(message.position());
        switch (numbers.add(message.origin())) {
            case NEW -> output.give(message);
            case GIVEN_BEFORE_GAP -> output.giveAgain(message, numbers.gaps());
            case REPEATED -> output.dropped(message, DropReason.REPEATED);
        }
    }

    private void hold(Broker.Message message) {
        heldBytes += weight(message);
        if (held.isEmpty()) {
            held = new ArrayList<>();
        }
        held.add(message);
        if (heldBytes > maxHeldBytes) {
            // The log has them.
            forgetHeld();
            readAgain = true;
        }
    }

    private void forgetHeld() {
        held = List.of();
        heldBytes = 0;
        if (read != null) {
            read.early = 0;
        }
    }

    private static long weight(Broker.Message message) {
        return (long) BASE_WEIGHT + (message.data() == null ? 0 : message.data().length());
    }

    // ---- filling

    /**
     * Notes that messages may have been lost.
     *
     * @param known head of the sequence when the doubt arose; a sequence with a later head has lost nothing. Null if
     *     unknown
     */
    void doubt(@Nullable Position known) {
        switch (state) {
            case IDLE -> {}
            case JOINING -> readAgain = true;
            case LIVE -> {
                if (known == null || known.equals(head)) {
                    fill();
                }
            }
            case FILLING -> {
                if (read == null) {
                    resumeReading();
                } else if (!wanted) {
                    readAgain = true;
                }
            }
        }
    }

    private void fill() {
        state = State.FILLING;
        request(head);
    }

    private void request(@Nullable Position after) {
        read = new Read(after);
        wanted = true;
    }

    private void resumeReading() {
        if (loss == null) {
            request(head);
        } else {
            retained = List.of();
            request(null);
        }
    }

    /** Begins a read, before it is sent to the broker. Returns false if the read is no longer wanted. */
    @SuppressWarnings("ReferenceEquality") // reads have identity
    boolean begin(Read begun) {
        begun.early = held.size();
        return begun == read;
    }

    @SuppressWarnings("ReferenceEquality") // reads have identity
    void failed(Read failed) {
        if (failed == read) {
            // Stays in FILLING until doubt().
            read = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // reads have identity
    void completed(Read completed, Broker.Log log) {
        if (completed != read) {
            return;
        }
        read = null;
        boolean readable =
                log.continuity() == Broker.Continuity.COMPLETE || log.continuity() == Broker.Continuity.PARTIAL;
        if (loss != null) {
            readRetained(completed, log, readable);
        } else if (!readable) {
            lose(GapReason.of(log.continuity()));
        } else if (giveAll(log.messages())) {
            continueAfter(completed, log, head);
        } else {
            // The broker has returned something else than the messages after the head.
            lose(GapReason.FORKED);
        }
    }

    private boolean giveAll(List<Broker.Message> messages) {
        for (Broker.Message message : messages) {
            if (!message.previous().equals(head)) {
                return false;
            }
            give(message);
        }
        return true;
    }

    private void continueAfter(Read completed, Broker.Log log, Position last) {
        if (log.continuity() == Broker.Continuity.COMPLETE) {
            live(completed.early);
        } else if (!log.messages().isEmpty()) {
            request(last);
        }
        // A partial log without messages is a defect of the broker, and like a failed read.
    }

    /** Begins to read the retained messages from the oldest on. */
    private void lose(GapReason reason) {
        loss = reason;
        restarts = 0;
        retained = List.of();
        request(null);
    }

    private void readRetained(Read completed, Broker.Log log, boolean readable) {
        if (!readable) {
            // Trimmed while it was read.
            retained = List.of();
            if (++restarts <= MAX_RESTARTS) {
                request(null);
            } else {
                conclude(completed, log.head());
            }
            return;
        }
        if (retained.isEmpty()) {
            retained = new ArrayList<>();
        }
        retained.addAll(log.messages());
        limitRetained();
        if (log.continuity() == Broker.Continuity.COMPLETE) {
            conclude(completed, log.head());
        } else if (!log.messages().isEmpty()) {
            request(log.messages().getLast().position());
        }
    }

    /**
     * Forgets the oldest retained messages beyond the limit. The gap before the retained messages is reported in any
     * case.
     */
    private void limitRetained() {
        long bytes = 0;
        int from = retained.size();
        while (from > 0 && bytes <= maxHeldBytes) {
            bytes += weight(retained.get(--from));
        }
        if (bytes > maxHeldBytes) {
            retained.subList(0, from + 1).clear();
        }
    }

    /** Reports the gap, and gives the retained messages after the last one that was given before. */
    private void conclude(Read completed, Position end) {
        int from = retained.size();
        while (from > 0 && !hasPassed(retained.get(from - 1).position())) {
            from--;
        }
        List<Broker.Message> missed = retained.subList(from, retained.size());
        retained = List.of();
        GapReason reason = Objects.requireNonNull(loss);
        loss = null;
        numbers.gap();
        Position start = missed.isEmpty() ? end : missed.getFirst().previous();
        moveTo(start);
        output.gap(start, reason);
        missed.forEach(this::give);
        live(completed.early);
    }

    private void moveTo(Position position) {
        if (!position.epoch().equals(head.epoch())) {
            Position[] last = new Position[Math.min(earlier.length + 1, MAX_EARLIER)];
            System.arraycopy(earlier, 0, last, 1, last.length - 1);
            last[0] = head;
            earlier = last;
        }
        head = position;
    }

    /** Enters state LIVE, and gives the held messages that continue the sequence. */
    private void live(int early) {
        state = State.LIVE;
        List<Broker.Message> waiting = held;
        held = List.of();
        heldBytes = 0;
        for (int i = 0; i < waiting.size(); i++) {
            Broker.Message message = waiting.get(i);
            if (i >= early || message.previous().equals(head)) {
                accept(message);
            } else {
                output.dropped(message, DropReason.DUPLICATE);
            }
        }
        boolean again = readAgain;
        readAgain = false;
        if (again && state == State.LIVE) {
            fill();
        }
    }
}
