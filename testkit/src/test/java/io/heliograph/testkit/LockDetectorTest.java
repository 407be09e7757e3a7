package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class LockDetectorTest {

    private final LockDetector detector = new LockDetector();

    @Test
    void monitorOfTheLibraryIsDetected() {
        synchronized (this) {
            detector.check();
        }
        assertThatThrownBy(() -> detector.assertNone(1)).hasMessageContaining("LockDetectorTest");
    }

    @Test
    void reentrantLockIsDetected() {
        ReentrantLock lock = new ReentrantLock();
        lock.lock();
        try {
            detector.check();
        } finally {
            lock.unlock();
        }
        assertThatThrownBy(() -> detector.assertNone(1)).hasMessageContaining("ReentrantLock");
    }

    @Test
    void releasedLocksAreNotDetected() {
        synchronized (this) {
            Thread.onSpinWait();
        }
        detector.check();
        assertThatCode(() -> detector.assertNone(1)).doesNotThrowAnyException();
    }

    @Test
    void missingChecksAreAFailure() {
        assertThatThrownBy(() -> detector.assertNone(1)).hasMessageContaining("checks in user code");
    }

    @Test
    void virtualThreadIsRejected() throws InterruptedException {
        Thread thread = Thread.ofVirtual()
                .unstarted(() -> assertThatThrownBy(detector::check).isInstanceOf(IllegalStateException.class));
        thread.start();
        thread.join();
    }
}
