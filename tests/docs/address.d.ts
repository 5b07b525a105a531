// The address of a file, as bundlers give it.
declare const address: string;
export default address;
