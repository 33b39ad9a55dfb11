// Forward-backward of mmi.py on a GPU: one block for an utterance, one thread for a state or a few.
// N, the number of units, and THREADS, the size of a block, are given when it is compiled.

__device__ double block_sum(double value, double* part) {
  part[threadIdx.x] = value;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  double sum = part[0];
  __syncthreads();
  return sum;
}

// likely (b, frames, 2N): e to the logit less the highest; trigram (N, N, N), turned: its last axis first.
// Scratch: enter, stay (b, frames, N, N), scale (b, frames). Gives total (b,), occupied (b, frames, 2N).
extern "C" __global__ void denominator(
    const float* likely, const int* lengths, const float* first, const float* trigram, const float* turned,
    float* enter, float* stay, float* scale, double* total, float* occupied, int frames) {
  const int PAIRS = N * N, EACH = (N * N + THREADS - 1) / THREADS;
  __shared__ float now[N * N];
  __shared__ float ahead[N * N];
  __shared__ float like[2 * N];
  __shared__ double part[THREADS];
  const size_t b = blockIdx.x;
  const int length = lengths[b], tid = threadIdx.x;
  likely += b * frames * 2 * N;
  occupied += b * frames * 2 * N;
  enter += b * frames * PAIRS;
  stay += b * frames * PAIRS;
  scale += b * frames;
  double log_total = 0;
  float entered[EACH], stayed[EACH];
  for (int t = 0; t < length; t++) {
    for (int p = tid; p < 2 * N; p += THREADS) like[p] = likely[t * 2 * N + p];
    __syncthreads();
    double sum = 0;
    for (int k = 0, i = tid; i < PAIRS; k++, i += THREADS) {
      const int h = i / N, c = i % N;
      if (t == 0) {
        entered[k] = h == 0 ? first[c] * like[2 * c] : 0.f;
        stayed[k] = 0.f;
      } else {
        float come = 0.f;
        for (int a = 0; a < N; a++) come += now[a * N + h] * trigram[a * PAIRS + i];
        entered[k] = 0.5f * come * like[2 * c];
        stayed[k] = 0.5f * now[i] * like[2 * c + 1];
      }
      sum += entered[k] + stayed[k];
    }
    const double z = block_sum(sum, part);
    log_total += log(z);
    const float share = (float)(1 / z);
    if (tid == 0) scale[t] = (float)z;
    for (int k = 0, i = tid; i < PAIRS; k++, i += THREADS) {
      const float e = entered[k] * share, s = stayed[k] * share;
      enter[(size_t)t * PAIRS + i] = e;
      stay[(size_t)t * PAIRS + i] = s;
      now[i] = e + s;
    }
    __syncthreads();
  }
  if (tid == 0) total[b] = log_total;
  for (int i = tid; i < PAIRS; i += THREADS) now[i] = 1.f;
  __syncthreads();
  for (int t = length - 1; t >= 0; t--) {
    for (int p = tid; p < 2 * N; p += THREADS) {
      const float* from = (p & 1 ? stay : enter) + (size_t)t * PAIRS + p / 2;
      float sum = 0.f;
      for (int a = 0; a < N; a++) sum += from[a * N] * now[a * N + p / 2];
      occupied[t * 2 * N + p] = sum;
      like[p] = likely[t * 2 * N + p];
    }
    if (t == 0) break;
    __syncthreads();
    const float half = 0.5f / scale[t];
    for (int i = tid; i < PAIRS; i += THREADS) ahead[i] = like[2 * (i % N)] * now[i] * half;
    __syncthreads();
    for (int k = 0, i = tid; i < PAIRS; k++, i += THREADS) {
      const int h = i % N;
      float value = 0.f;
      if (enter[(size_t)(t - 1) * PAIRS + i] + stay[(size_t)(t - 1) * PAIRS + i] > 1e-7f) {
        value = like[2 * h + 1] * now[i] * half;
        for (int c = 0; c < N; c++) value += turned[c * PAIRS + i] * ahead[h * N + c];
      }
      entered[k] = value;
    }
    __syncthreads();
    for (int k = 0, i = tid; i < PAIRS; k++, i += THREADS) now[i] = entered[k];
    __syncthreads();
  }
}

// The graphs as mmi.Graphs has them; `chosen` (b,): which of them. Scratch: enter, stay (b, frames, most),
// scale (b, frames); `most` states has the largest. total is -inf where the words do not fit the frames.
extern "C" __global__ void numerator(
    const double* likely, const int* lengths, const int* chosen, const int* begin, const int* units,
    const int* pointers, const int* predecessors, const float* starts, const unsigned char* finals,
    double* enter, double* stay, double* scale, double* total, float* occupied, int frames, int most) {
  extern __shared__ double states[];
  __shared__ float said[2 * N];
  __shared__ double part[THREADS];
  double *now = states, *before = states + most;
  const size_t b = blockIdx.x;
  const int length = lengths[b], tid = threadIdx.x, from = begin[chosen[b]];
  const int count = begin[chosen[b] + 1] - from;
  units += from;
  pointers += from;
  starts += from;
  finals += from;
  likely += b * frames * 2 * N;
  occupied += b * frames * 2 * N;
  enter += b * frames * most;
  stay += b * frames * most;
  scale += b * frames;
  double log_total = 0;
  for (int t = 0; t < length; t++) {
    const double* like = likely + t * 2 * N;
    double sum = 0;
    for (int i = tid; i < count; i += THREADS) {
      double e, s = 0;
      if (t == 0) {
        e = starts[i] * like[2 * units[i]];
      } else {
        double come = 0;
        for (int k = pointers[i]; k < pointers[i + 1]; k++) come += now[predecessors[k]];
        e = 0.5 * come * like[2 * units[i]];
        s = 0.5 * now[i] * like[2 * units[i] + 1];
      }
      enter[(size_t)t * most + i] = e;
      stay[(size_t)t * most + i] = s;
      sum += e + s;
    }
    const double z = block_sum(sum, part);
    if (!(z > 0)) {
      if (tid == 0) total[b] = log(0.0);
      return;
    }
    log_total += log(z);
    if (tid == 0) scale[t] = z;
    for (int i = tid; i < count; i += THREADS) {
      const double e = enter[(size_t)t * most + i] / z, s = stay[(size_t)t * most + i] / z;
      enter[(size_t)t * most + i] = e;
      stay[(size_t)t * most + i] = s;
      now[i] = e + s;
    }
    __syncthreads();
  }
  double ending = 0;
  for (int i = tid; i < count; i += THREADS) ending += finals[i] ? now[i] : 0;
  const double z = block_sum(ending, part);
  if (!(z > 1e-30)) {
    if (tid == 0) total[b] = log(0.0);
    return;
  }
  if (tid == 0) total[b] = log_total + log(z);
  for (int i = tid; i < count; i += THREADS) now[i] = finals[i] ? 1 / z : 0;
  __syncthreads();
  for (int t = length - 1; t >= 0; t--) {
    const double* like = likely + t * 2 * N;
    for (int p = tid; p < 2 * N; p += THREADS) said[p] = 0.f;
    for (int i = tid; i < count; i += THREADS) before[i] = 0;
    __syncthreads();
    for (int i = tid; i < count; i += THREADS) {
      atomicAdd(&said[2 * units[i]], (float)(enter[(size_t)t * most + i] * now[i]));
      atomicAdd(&said[2 * units[i] + 1], (float)(stay[(size_t)t * most + i] * now[i]));
      if (t == 0) continue;
      const double half = 0.5 * now[i] / scale[t], value = half * like[2 * units[i]];
      atomicAdd(&before[i], half * like[2 * units[i] + 1]);
      if (value > 0)
        for (int k = pointers[i]; k < pointers[i + 1]; k++) atomicAdd(&before[predecessors[k]], value);
    }
    __syncthreads();
    for (int p = tid; p < 2 * N; p += THREADS) occupied[t * 2 * N + p] = said[p];
    for (int i = tid; i < count; i += THREADS) now[i] = before[i];
    __syncthreads();
  }
}
