declare module '*?url' {
  const url: string;
  export default url;
}
declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
