/** Reads codes from a camera until it is told to stop. */
export interface Reading {
  stop: () => void;
}

/** What browsers that know codes by themselves offer; the types of the DOM do not have it yet. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new () => Detector;

/** A scanner reports the same code many times a second while it is in view. */
const AGAIN_MS = 2000;
const LOOK_MS = 150;

/** Whether there may be a camera to ask for: not on an insecure origin, nor on most desktops. */
export const mayHaveCamera = (): boolean =>
  typeof navigator.mediaDevices?.getUserMedia === 'function';

/**
 * Shows the camera in the video and tells every code that comes into view, once while it stays.
 * @throws DOMException where the person refuses, or there is no camera.
 */
export async function readCodes(
  video: HTMLVideoElement,
  found: (code: string) => void,
): Promise<Reading> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment' },
  });
  const seen = new Map<string, number>();
  const tell = (code: string) => {
    const now = performance.now();
    if (now - (seen.get(code) ?? -AGAIN_MS) >= AGAIN_MS) found(code);
    seen.set(code, now);
  };
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (BarcodeDetector) {
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector();
    const timer = setInterval(() => {
      // A picture that cannot be read is followed by the next one.
      detector.detect(video).then(
        (codes) => codes.forEach(({ rawValue }) => tell(rawValue)),
        () => undefined,
      );
    }, LOOK_MS);
    return {
      stop: () => {
        clearInterval(timer);
        close();
      },
    };
  }
  // Read only where it is needed.
  const { BrowserMultiFormatReader } = await import('@zxing/browser');
  const reader = new BrowserMultiFormatReader(undefined, {
    delayBetweenScanAttempts: LOOK_MS,
    delayBetweenScanSuccess: LOOK_MS,
  });
  const controls = await reader.decodeFromStream(stream, video, (result) => {
    if (result) tell(result.getText());
  });
  return {
    stop: () => {
      controls.stop();
      close();
    },
  };
}
